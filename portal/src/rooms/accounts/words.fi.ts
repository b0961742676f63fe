import type { Words } from '../../i18n/words.ts';
import type { en } from './words.en.ts';

export const fi: Words<typeof en> = {
  title: 'Henkilöt',
  about: 'Ketkä voivat kirjautua tänne ja mitä he saavat tehdä.',
  name: 'Nimi',
  email: 'Sähköpostiosoite',
  role: 'Rooli',
  roles: {
    operator: 'Operaattori',
    administrator: 'Ylläpitäjä',
    viewer: 'Katselija',
  },
  roleMay: {
    operator: 'Operaattori: kaikki, kaikissa organisaatioissa',
    administrator: 'Ylläpitäjä: muuttaa organisaation asetuksia ja kutsuu henkilöitä',
    viewer: 'Katselija: katselee, mutta ei muuta mitään',
  },
  organisation: 'Organisaatio',
  lastLogin: 'Viimeksi kirjautunut',
  never: 'ei koskaan',
  empty: 'Kukaan ei voi vielä kirjautua',
  emptyText: 'Kutsu joku: ylläpitäjä muuttaa asetuksia, katselija vain katselee.',
  you: 'sinä',
  disabled: 'estetty',
  actions: 'Toiminnot',
  actionsOf: 'Toiminnot: {{name}}',
  invite: {
    open: 'Kutsu henkilö',
    title: 'Kutsu henkilö',
    submit: 'Tee kutsu',
    mailed: 'Linkki on matkalla sähköpostilla osoitteeseen {{email}}.',
    notMailed: 'Sähköpostia ei lähetetty. Kopioi linkki ja välitä se itse osoitteeseen {{email}}.',
    once: 'Linkki toimii kerran, {{time}} asti, ja se näytetään vain nyt.',
    link: 'Linkki',
    done: 'Valmis',
  },
  open: {
    title: 'Avoimet kutsut',
    empty: 'Ketään ei ole juuri nyt kutsuttu.',
    expires: 'Voimassa',
    remove: 'Peru',
    removeTitle: 'Peru kutsu',
    removeQuestion: 'Osoitteen {{email}} linkki ei sen jälkeen toimi.',
  },
  change: {
    open: 'Muuta',
    title: 'Muuta: {{name}}',
    own: 'Tämä on oma tilisi: roolin voi muuttaa vain joku toinen.',
    mayLogIn: 'Saa kirjautua',
    mayLogInAbout: 'Jos kirjautuminen estetään, istunnot päättyvät heti.',
    submit: 'Tallenna',
  },
  reset: {
    open: 'Linkki uutta salasanaa varten',
    title: 'Uusi salasana: {{name}}',
    about: 'Linkillä {{name}} voi valita uuden salasanan. Vanha on voimassa siihen asti.',
    submit: 'Tee linkki',
  },
  remove: {
    open: 'Poista',
    title: 'Poista: {{name}}',
    question:
      'Henkilö ei voi enää kirjautua, ja hänen istuntonsa päättyvät heti. Hänen tekonsa säilyvät muutoslokissa.',
    submit: 'Poista',
  },
};
