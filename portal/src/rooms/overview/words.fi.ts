import type { Words } from '../../i18n/words.ts';
import type { en } from './words.en.ts';

export const fi: Words<typeof en> = {
  title: 'Yleiskuva',
  kinds: {
    setUp: {
      title: 'Melkein valmista',
      text: 'Jotakin puuttuu vielä, ennen kuin puheluista voidaan ilmoittaa. Jatka alta.',
    },
    silent: {
      title: 'Valmiina ensimmäiseen puheluun',
      text: 'Kaikki on kunnossa. Kun jonkun käyttäjän puhelin soi, puhelu ilmestyy tähän.',
    },
    unwell: {
      title: 'Jokin järjestelmänne ei ota viestejä vastaan',
      text: 'Mitään ei katoa: viestit odottavat ja lähtevät järjestyksessä heti, kun se taas vastaa.',
    },
    off: {
      title: 'Ilmoittaminen on kytketty pois päältä',
      text: 'Viestit säilyvät, mutta niitä ei lähetetä, ennen kuin webhook-liitin kytketään taas päälle.',
    },
    catchingUp: {
      title: 'Odottaneita viestejä lähetetään',
      text: 'Järjestelmänne vastaa taas. Odottaneet viestit lähetetään järjestyksessä.',
    },
    failed: {
      title: 'Kaikki toimii, mutta osa viesteistä jäi toimittamatta',
      text: 'Viimeisten 24 tunnin aikana kaikkia viestejä ei saatu ajoissa perille. Katso, mistä puheluista on kyse.',
    },
    well: { title: 'Kaikki toimii', text: 'Järjestelmänne ottavat viestit vastaan.' },
  },
  next: 'Mitä seuraavaksi',
  askAdministrator: 'Organisaationne ylläpitäjä voi tehdä tämän.',
  steps: {
    users: {
      title: 'Lisää käyttäjät',
      text: 'Vain täällä lueteltujen käyttäjien puheluista ilmoitetaan.',
      go: 'Lisää käyttäjiä',
    },
    endpoint: {
      title: 'Kerro, mihin puheluista ilmoitetaan',
      text: 'Syötä osoite, jonka CRM:n tai muun järjestelmänne toimittaja antoi.',
      go: 'Syötä osoite',
    },
    call: {
      title: 'Soita puhelu',
      text: 'Yhtään puhelua ei ole vielä näkynyt. Soita jollekin käyttäjälle; jos tähän ei ilmesty mitään, tarkista puhelimet käyttäjäluettelosta.',
      go: 'Tarkista käyttäjät',
    },
  },
  lastCalls: 'Puhelut nyt ja äskettäin',
  allCalls: 'Kaikki puhelut',
  systems: 'Järjestelmänne',
  toConnector: 'Webhook-liitin',
  health: {
    healthy: 'Toimii',
    failing: 'Vaikeuksia',
    paused: 'Ei ota viestejä vastaan',
    probing: 'Ei ota viestejä vastaan',
    recovering: 'Lähettää odottaneita',
    disabled: 'Pois päältä',
  },
  because: 'Viimeisellä yrityksellä se {{why}}.',
  waiting_one: '{{count}} viesti odottaa.',
  waiting_other: '{{count}} viestiä odottaa.',
  neverTook: 'Se ei ole vielä ottanut vastaan yhtään viestiä.',
  lastTook: 'Viimeksi vastaanotettu viesti:',
  day: 'Viestit 24 tunnin ajalta',
  allMessages: 'Kaikki viestit',
  figures: { delivered: 'Toimitettu', waiting: 'Odottaa', failed: 'Epäonnistui' },
  failedCalls: 'Puhelut, joiden viestejä epäonnistui',
};
