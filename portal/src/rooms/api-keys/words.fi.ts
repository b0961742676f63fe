import type { Words } from '../../i18n/words.ts';
import type { en } from './words.en.ts';

export const fi: Words<typeof en> = {
  title: 'API-avaimet',
  about:
    'Avaimella ohjelma voi tehdä sen, mitä sinä voit tehdä täällä. Avain näytetään vain kerran, luotaessa; poista se heti, kun kukaan ei enää käytä sitä.',
  name: 'Nimi',
  scope: 'Oikeus',
  scopes: {
    read: 'vain katsella',
    write: 'katsella ja muuttaa',
    ingest: 'vain lähettää puhelinjärjestelmien tapahtumia',
  },
  starts: 'Alkaa',
  used: 'Viimeksi käytetty',
  never: 'ei koskaan',
  expires: 'Vanhenee',
  empty: 'Avaimia ei vielä ole',
  emptyText: 'Luo avain ohjelmalle, joka lukee lokia tai ylläpitää käyttäjiä ja vastaanottajia.',
  make: 'Luo avain',
  lifetime: 'Voimassa',
  lifetimes: { forever: 'kunnes se poistetaan', days: '{{days}} päivää' },
  once: 'Kopioi avain nyt: sitä ei näytetä uudelleen.',
  key: 'Avain',
  done: 'Olen kopioinut sen',
  remove: 'Poista avain',
  removeQuestion: 'Kaikki, mikä käyttää avainta ”{{name}}”, torjutaan tästä lähtien.',
  actions: 'Toiminnot',
};
