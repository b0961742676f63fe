import type { Words } from '../../i18n/words.ts';
import type { en } from './words.en.ts';

export const fi: Words<typeof en> = {
  title: 'Henkilötietojen jakamisen rajoittaminen',
  about:
    'Se, mikä täällä poistetaan tai peitetään, ei koskaan lähde Callhookista: se otetaan pois ennen kuin viesti tallennetaan, kirjataan lokiin tai lähetetään CRM-järjestelmään.',
  mayOnlyLook: 'Voit katsella näitä asetuksia. Organisaatiosi ylläpitäjä voi muuttaa niitä.',
  local: 'Omat käyttäjät (paikallinen)',
  remote: 'Toinen osapuoli (etäpää)',
  device: 'Laite',
  remove_local_user_id: {
    label: 'Poista paikallinen käyttäjätunnus',
    about: 'Oman käyttäjän käyttäjätunnus (Remove Local User-Id).',
  },
  modify_local_number: {
    label: 'Muokkaa paikallista numeroa',
    about: 'Oman käyttäjän puhelinnumero (Modify Local Number).',
  },
  remove_local_email: {
    label: 'Poista paikallinen sähköpostiosoite',
    about: 'Oman käyttäjän sähköpostiosoite (Remove Local Email).',
  },
  remove_remote_user_id: {
    label: 'Poista etäpään käyttäjätunnus',
    about: 'Toisen osapuolen käyttäjätunnus, jos hän on kollega (Remove Remote User-Id).',
  },
  modify_remote_number: {
    label: 'Muokkaa etäpään numeroa',
    about: 'Toisen osapuolen puhelinnumero (Modify Remote Number).',
  },
  remove_remote_email: {
    label: 'Poista etäpään sähköpostiosoite',
    about: 'Toisen osapuolen sähköpostiosoite, jos hän on kollega (Remove Remote Email).',
  },
  remove_device_type: {
    label: 'Poista laitetyyppi',
    about: 'Millä käyttäjä puhuu: pöytäpuhelin, sovellus, matkapuhelin … (Remove Device Type).',
  },
  numbers: { keep: 'Jaa sellaisenaan', remove: 'Poista', mask: 'Peitä' },
  digits: 'Peitettävät numerot',
  digitsRange: '{{least}}–{{most}}, lopusta laskien',
  appliesTo: 'Koskee',
  scopes: {
    both: 'Kaikkia puheluja',
    INCOMING: 'Vain saapuvia puheluja',
    OUTGOING: 'Vain lähteviä puheluja',
  },
  next: 'Koskee tallennuksen jälkeen seuraavaa viestiä.',
  saved: 'Tallennettu. Koskee seuraavaa viestiä.',
  preview: 'Mitä CRM-järjestelmä saa',
  previewAbout: 'Esimerkkipuhelu valinnoillasi. Henkilöt ja numerot ovat keksittyjä.',
  previewOutgoing: 'Esimerkki on saapuva puhelu: se ei muutu, koska olet valinnut vain lähtevät puhelut.',
  before: 'Jos kaikki jaetaan',
  after: 'Näillä asetuksilla',
  changes_zero: 'Mitään ei pidätetä.',
  changes_one: '1 rivi muuttuu.',
  changes_other: '{{count}} riviä muuttuu.',
  change: { removed: 'poistettu', masked: 'peitetty' },
};
