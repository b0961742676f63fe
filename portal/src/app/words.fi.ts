import type { Words } from '../i18n/words.ts';
import type { en } from './words.en.ts';

export const fi: Words<typeof en> = {
  skip: 'Siirry sisältöön',
  menu: 'Valikko',
  navigation: 'Sivut',
  home: 'Callhook: alkuun',
  language: 'Kieli',
  toLight: 'Vaaleat värit',
  toDark: 'Tummat värit',
  account: 'Oma tili',
  me: 'Tili ja istunnot',
  logOut: 'Kirjaudu ulos',
  operator: 'Ylläpito',
  places: {
    overview: 'Yleiskuva',
    installation: 'Asennus',
    calls: 'Puhelut',
    messages: 'Viestit',
    connector: 'Webhook-liitin',
    privacy: 'Yksityisyys',
    users: 'Käyttäjät',
    functionNumbers: 'Palvelunumerot',
    accounts: 'Henkilöt',
    apiKeys: 'API-avaimet',
    audit: 'Muutosloki',
    organisations: 'Organisaatiot',
    sources: 'Puhelinjärjestelmät',
    settings: 'Asetukset',
  },
  notFound: {
    title: 'Täällä ei ole mitään',
    text: 'Osoite ei ole oikein, tai sivu on poistettu.',
    back: 'Alkuun',
  },
};
