import type { Words } from '../../i18n/words.ts';
import type { en } from './words.en.ts';

export const fi: Words<typeof en> = {
  title: 'Palvelunumerot',
  about:
    'Numerot, joissa ei vastaa ihminen vaan valikko, jono tai vastaaja. Siitä osasta puhelua ei kerrota CRM:lle; heti kun käyttäjän puhelin soi, siitä kerrotaan.',
  number: 'Numero',
  numberAbout: 'Puhelinnumero tai sisäinen numero, niin kuin siihen soitetaan.',
  kind: 'Mikä siellä vastaa',
  kinds: {
    IVR: 'Valikko (”paina 1, jos …”)',
    QUEUE: 'Jono',
    HUNT_GROUP: 'Ryhmä, joka soi yhtä aikaa tai vuorotellen',
    CONFERENCE: 'Neuvotteluhuone',
    VOICEMAIL: 'Vastaaja',
    PARK: 'Pysäköidyt puhelut',
    FEATURE_CODE: 'Palvelukoodi (kuten *8, puhelun poiminta)',
    FAX: 'Faksi',
    OTHER: 'Jokin muu kuin ihminen',
  },
  add: 'Lisää palvelunumero',
  change: 'Muuta palvelunumeroa',
  empty: 'Palvelunumeroita ei vielä ole',
  emptyText:
    'Lisää valikkojen, jonojen, ryhmien ja vastaajien numerot, niin yhtäkään niistä ei koskaan luulla ihmiseksi.',
  remove: 'Poista palvelunumero',
  removeQuestion: 'Tästä lähtien {{number}} on numero muiden joukossa, ja sen voi antaa käyttäjälle.',
  actions: 'Toiminnot',
};
