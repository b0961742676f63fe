import type { Words } from '../../i18n/words.ts';
import type { en } from './words.en.ts';

export const fi: Words<typeof en> = {
  title: 'Puhelinjärjestelmät',
  about: 'Callhook kuuntelee näitä ja saa niiltä tiedon, kenen puhelin soi.',
  empty: 'Puhelinjärjestelmää ei vielä ole',
  emptyText:
    'Yhdistä Asterisk, FreeSWITCH tai muu järjestelmä. Sitä vain kuunnellaan, siellä ei muuteta mitään.',
  add: 'Lisää puhelinjärjestelmä',
  addAbout: 'Sitä vain kuunnellaan, siellä ei muuteta mitään.',
  edit: 'Puhelinjärjestelmä {{id}}',
  kinds: {
    ami: 'Asterisk',
    esl: 'FreeSWITCH',
    'dialog-info': 'Muu SIP-järjestelmä',
    http: 'Alusta, joka lähettää tapahtumansa',
  },
  kindsAbout: {
    ami: 'Manager-rajapinnan kautta. Tiedostossa manager.conf tarvitaan käyttäjä, jolla on read = call ja write = reporting.',
    esl: 'Event socket -rajapinnan kautta (event_socket.conf.xml).',
    'dialog-info': 'SIP-dialogitapahtumien kautta (RFC 4235), esimerkiksi Kamailio.',
    http: 'Se lähettää tapahtumansa Callhookille HTTP:llä, esimerkiksi Kamailio esimerkkien reiteillä.',
  },
  states: { connected: 'Yhdistetty', connecting: 'Yhdistetään', down: 'Ei yhteyttä' },
  unknown: 'Ei vielä kuultu',
  facts: {
    lastEvent: 'Viimeisin tapahtuma',
    none: 'Ei vielä yhtään',
    lag: 'Viive tallennukseen',
    notKnown: 'Ei tiedossa',
    notTold: {
      ami: 'Ei tiedossa: Asterisk kertoo aikansa, kun manager.conf-tiedostossa on timestampevents = yes',
      'dialog-info': 'Ei tiedossa: SIP ei kerro aikoja',
    },
    since: { connected: 'Yhteys alkoi', connecting: 'Yhdistäminen alkoi', down: 'Ilman yhteyttä alkaen' },
    heardSince: 'Ensimmäinen tapahtuma',
    openLegs: 'Puheluosuuksia kesken',
  },
  breaks: {
    none: 'Yhteys ei ole katkennut kertaakaan; laskenta alkoi',
    lost_one: 'Yhteys on katkennut kerran; laskenta alkoi',
    lost_other: 'Yhteys on katkennut {{count}} kertaa; laskenta alkoi',
    last: 'Viimeksi',
  },
  form: {
    kind: 'Laji',
    id: 'Nimi',
    idAbout: 'Lyhyt, pienin kirjaimin; käyttäjien laitteet viittaavat siihen.',
    host: 'Osoite',
    hostAbout: 'Nimi tai IP-osoite',
    port: 'Portti',
    portAbout: 'Tyhjänä: tavallinen portti',
    transport: 'Siirtotapa',
    tls: 'Salaa yhteys (TLS)',
    username: 'Käyttäjätunnus',
    optional: 'voi jättää tyhjäksi',
    secret: 'Salasana',
    kept: 'Tyhjänä: pysyy ennallaan',
    tokenMade: 'Tunniste luodaan ja näytetään kerran.',
  },
  check: 'Kokeile yhteyttä',
  checking: 'Kysytään puhelinjärjestelmältä …',
  checks: { fine: 'Kunnossa', improvable: 'Voisi olla parempi', wrong: 'Muutettava' },
  phones:
    'Puhelimet: {{known}} tunnettua, {{unknown}} ilman käyttäjää, {{trunks}} todennäköisesti runkoyhteyksiä.',
  missing: 'Hakemistossa, mutta ei puhelinjärjestelmässä: {{list}}',
  save: 'Tallenna',
  saved: 'Tallennettu. Callhook yhdistää nyt.',
  token: 'Tunniste',
  tokenOnce:
    'Kopioi tunniste nyt: sitä ei näytetä uudelleen. Alusta lähettää sen otsakkeessa ”Authorization: Bearer …”.',
  done: 'Valmis',
  remove: 'Poista puhelinjärjestelmä',
  removeQuestion:
    'Callhook ei enää kuuntele järjestelmää {{id}}. Käyttäjien laitteet on ensin poistettava siitä.',
};
