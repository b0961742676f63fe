import type { Words } from '../../i18n/words.ts';
import type { en } from './words.en.ts';

export const fi: Words<typeof en> = {
  title: 'Oma tili',
  name: 'Kirjautuneena',
  role: 'Rooli',
  organisation: 'Organisaatio',
  look: 'Ulkoasu',
  language: 'Kieli',
  theme: 'Värit',
  themes: { light: 'Vaaleat', dark: 'Tummat', auto: 'Laitteen mukaan' },
  password: {
    title: 'Salasana',
    about: 'Vähintään 10 merkkiä; kolme tai neljä sanaa on hyvä. Kaikki muut istuntosi päättyvät.',
    current: 'Nykyinen salasana',
    new: 'Uusi salasana',
    submit: 'Vaihda salasana',
    done: 'Salasanasi on vaihdettu. Muut istuntosi ovat päättyneet.',
  },
  sessions: {
    title: 'Missä olet kirjautuneena',
    current: 'tämä',
    client: 'Selain',
    address: 'Mistä',
    created: 'Alkaen',
    seen: 'Viimeksi käytetty',
    actions: 'Toiminnot',
    end: 'Kirjaa ulos',
    endOf: 'Kirjaa ulos: {{client}}, {{address}}',
    endOthers: 'Kirjaa ulos kaikki muut',
    unknown: 'tuntematon',
    ended_one: '1 istunto on päättynyt.',
    ended_other: '{{count}} istuntoa on päättynyt.',
  },
};
