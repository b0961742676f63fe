import type { Words } from '../../i18n/words.ts';
import type { en } from './words.en.ts';

export const fi: Words<typeof en> = {
  title: 'Organisaatiot',
  about: 'Jokaisella on omat käyttäjänsä, osoitteensa, asetuksensa ja tilinsä, eikä se näe toisten tietoja.',
  name: 'Nimi',
  id: 'Lyhyt nimi',
  idAbout: 'Näkyy osoitteissa, eikä sitä voi myöhemmin muuttaa.',
  idRule: 'Vain pieniä kirjaimia a–z, numeroita ja merkkejä - _ . ; ensin kirjain tai numero.',
  country: 'Maa',
  countryAbout: 'Numerot, joissa ei ole maatunnusta, luetaan tämän maan numeroina.',
  countryNeeded: 'Valitse maa.',
  noCountry: 'Sellaista maata ei ole',
  allowed: 'Mitä puhelimia organisaatio saa lisätä?',
  allowedAbout:
    'Kenen käyttäjällä puhelin on, se kuulee sen puheluista. Itse voit lisätä minkä tahansa puhelimen.',
  allowedAre: { all: 'Minkä tahansa', some: 'Vain nämä', none: 'Ei mitään' },
  allowedAreAbout: {
    all: 'Kaikki, joita kenelläkään ei vielä ole. Sopii, kun organisaatioita on vain yksi.',
    some: 'Organisaation omat ylläpitäjät lisäävät ne käyttäjille sinulta kysymättä.',
    none: 'Vain sinä lisäät puhelimia.',
  },
  allowedNeeded: 'Nimeä vähintään yksi puhelin tai valitse toinen vaihtoehto.',
  phonesOn: 'Puhelimet järjestelmässä {{system}}',
  phonesAbout:
    'Puhelinjärjestelmän antamilla nimillä, kuten {{one}}. Nimen lopussa tai alussa * tarkoittaa mitä tahansa: {{many}}. Paina Enter jokaisen jälkeen.',
  patternRule: '{{pattern}}: *-merkki voi olla vain kerran, nimen lopussa tai alussa.',
  noSystem: 'Puhelinjärjestelmää ei vielä ole. Yhdistä ensin sellainen.',
  clear: 'Poista kaikki',
  make: 'Lisää organisaatio',
  change: 'Muuta organisaatiota',
  saved: '{{name}} on tallennettu.',
  search: 'Hae nimellä',
  notFound: 'Minkään organisaation nimessä ei ole ”{{q}}”.',
  empty: 'Organisaatioita ei vielä ole',
  emptyText:
    'Organisaatio on yritys, jonka puheluista kerrotaan sen CRM-järjestelmälle. Lisää ensimmäinen ja sitten sen käyttäjät.',
  remove: 'Poista organisaatio',
  removeQuestion:
    '{{name}} poistetaan kaikkine tietoineen: käyttäjät, osoitteet, asetukset, tilit ja avaimet. Sen puheluista ei enää kerrota, eikä odottavia viestejä lähetetä. Tätä ei voi perua.',
  actions: 'Toiminnot',
};
