import type { Words } from '../i18n/words.ts';
import type { en } from './words.en.ts';

export const fi: Words<typeof en> = {
  retry: 'Yritä uudelleen',
  copy: 'Kopioi',
  copied: 'Kopioitu',
  close: 'Sulje',
  cancel: 'Peruuta',
  save: 'Tallenna',
  saved: 'Tallennettu',
  remove: 'Poista',
  edit: 'Muuta',
  back: 'Takaisin',
  more: 'Näytä lisää',
  soFar_zero: 'Toistaiseksi ei löytynyt mitään. Lokin vanhempaa osaa ei ole vielä käyty läpi.',
  soFar_one: 'Toistaiseksi löytyi 1. Lokin vanhempaa osaa ei ole vielä käyty läpi.',
  soFar_other: 'Toistaiseksi löytyi {{count}}. Lokin vanhempaa osaa ei ole vielä käyty läpi.',
  searchBack: 'Hae vanhemmista',
  loading: 'Ladataan',
  live: { connecting: 'Yhdistetään', connected: 'Reaaliaikainen', reconnecting: 'Yhdistetään uudelleen' },
};
