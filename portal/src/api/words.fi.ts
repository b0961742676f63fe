import type { Words } from '../i18n/words.ts';
import type { en } from './words.en.ts';

export const fi: Words<typeof en> = {
  UNKNOWN: 'Jokin meni vikaan',
  UNREACHABLE: 'Callhookiin ei saada yhteyttä. Toimiiko verkko?',
  LOGIN_NEEDED: 'Istuntosi on päättynyt. Kirjaudu uudelleen.',
  LOGIN_REFUSED: 'Sähköpostiosoite tai salasana on väärin, tai tili on poistettu käytöstä.',
  FORBIDDEN: 'Sinulla ei ole tähän oikeutta.',
  CROSS_SITE: 'Pyyntö ei tullut tältä sivulta.',
  NOT_FOUND: 'Täällä ei ole mitään.',
  CONFLICT: 'Tämä ei sovi yhteen nykyisten tietojen kanssa.',
  LINK_USED: 'Linkki ei enää kelpaa: se on jo käytetty tai vanhentunut.',
  CHANGED_MEANWHILE: 'Joku on muuttanut tätä sillä välin. Lataa sivu uudelleen.',
  MATCH_NEEDED: 'Tämänniminen on jo olemassa. Muuta sitä tai valitse toinen nimi.',
  REQUEST_INVALID: 'Jokin tieto ei ole oikein.',
  DEVICE_NOT_ALLOWED:
    'Operaattorisi ei ole sallinut tätä puhelinta organisaatiollesi. Kysy operaattorilta tai valitse toinen.',
  DEVICE_IN_USE: 'Tämä puhelin on jo käytössä. Kysy operaattoriltasi.',
  TOO_MANY_REQUESTS: 'Liian monta yritystä. Odota hetki.',
  INTERNAL: 'Palvelimella meni jokin vikaan.',
  STORE_UNAVAILABLE: 'Tietokantaan ei juuri nyt saada yhteyttä. Yritä pian uudelleen.',
};
