import type { Words } from '../../i18n/words.ts';
import type { en } from './words.en.ts';

export const fi: Words<typeof en> = {
  title: 'Asennus',
  version: 'Toimiiko kaikki, ja jos ei, missä vika on. Callhook {{version}}',
  database: 'Tietokanta',
  verdicts: {
    database: {
      title: 'Tietokanta ei ota viestejä vastaan',
      text: 'Jo kuultu säilyy, mutta puhelinjärjestelmiä ei kuunnella eteenpäin. Toiminta jatkuu itsestään, kun tietokanta toimii taas.',
    },
    unheard: {
      title_one: 'Puhelinjärjestelmään ei ole yhteyttä',
      title_other: '{{count}} puhelinjärjestelmään ei ole yhteyttä',
      text_one: 'Sen puheluista ei kerrota, ennen kuin yhteys palaa. Ohjeet ovat alla.',
      text_other: 'Niiden puheluista ei kerrota, ennen kuin yhteydet palaavat. Ohjeet ovat alla.',
    },
    new: {
      title: 'Puhelinjärjestelmää ei vielä ole',
      text: 'Puhelut tulevat puhelinjärjestelmästä: yhdistä ensin sellainen, muu seuraa perässä.',
    },
    receivers: {
      title_one: 'Yhdellä webhook-liittimellä on ongelmia',
      title_other: '{{count}} webhook-liittimellä on ongelmia',
      text: 'Mitään ei katoa: viestit odottavat ja lähtevät järjestyksessä heti, kun vastaanottaja taas vastaa.',
    },
    well: {
      title: 'Kaikki toimii',
      text: 'Puhelinjärjestelmiä kuunnellaan, ja viestit lähtevät.',
    },
  },
  nodes: 'Toimivia solmuja',
  openLegs: 'Puheluosuuksia kesken',
  backlog: 'Viestejä odottaa',
  oldest: 'vanhin alkaen',
  sources: 'Puhelinjärjestelmät',
  source: 'Puhelinjärjestelmä',
  since: 'Alkaen',
  noSources: 'Ei vielä yhtään: puhelut tulevat puhelinjärjestelmästä.',
  endpoints: 'Webhook-liittimet, jotka kannattaa tarkistaa',
  allWell: 'Kaikki webhook-liittimet toimivat.',
  endpoint: 'Liitin',
  state: 'Tila',
  waiting: 'Odottaa',
  reason: 'Syy',
  firstSteps: 'Ensiaskeleet',
  settings: {
    title: 'Asetukset',
    about:
      'Millä asetuksilla tämä solmu toimii. Niitä muutetaan tiedostossa callhook.toml tai CALLHOOK_…-muuttujilla, ja muutos tulee voimaan seuraavassa käynnistyksessä. Arvo, jonka lähdettä ei mainita, on oletus.',
    name: 'Asetus',
    value: 'Arvo',
    origins: { file: 'asetustiedostosta', environment: 'ympäristömuuttujasta' },
    secret: 'asetettu, ei näytetä',
    unset: 'ei asetettu',
  },
};
