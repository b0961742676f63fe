import type { Words } from '../../i18n/words.ts';
import type { en } from './words.en.ts';

export const fi: Words<typeof en> = {
  login: {
    title: 'Kirjaudu',
    email: 'Sähköpostiosoite',
    password: 'Salasana',
    submit: 'Kirjaudu',
    forgotten: 'Unohdin salasanani',
    setUpNeeded:
      'Tilejä ei vielä ole. Callhook tulosti käynnistyessään linkin: avaa se ja luo ensimmäinen tili.',
  },
  setUp: {
    title: 'Tervetuloa Callhookiin',
    about: 'Luot ensimmäisen tilin. Sillä voi tehdä kaiken.',
    name: 'Nimesi',
    submit: 'Luo tili',
  },
  invitation: {
    title: 'Sinut on kutsuttu Callhookiin',
    about: 'Valitse salasana, niin pääset sisään.',
    submit: 'Liity',
  },
  reset: {
    title: 'Valitse uusi salasana',
    about: 'Kaikki istuntosi päättyvät; kirjaudu sen jälkeen uudella salasanalla.',
    submit: 'Vaihda salasana',
    done: 'Salasanasi on vaihdettu. Kirjaudu sillä.',
  },
  forgotten: {
    title: 'Unohditko salasanasi?',
    about: 'Kerro sähköpostiosoitteesi. Jos sillä on tili, saat linkin sähköpostiisi.',
    submit: 'Lähetä linkki',
    back: 'Takaisin kirjautumiseen',
  },
  newPassword: 'Uusi salasana',
  rule: 'Vähintään 10 merkkiä. Kolme tai neljä sanaa on hyvä.',
  noToken: 'Linkki ei ole kokonainen: kopioi se kokonaan, myös #-merkin jälkeinen osa.',
};
