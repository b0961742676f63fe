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
  loading: 'Ladataan',
  live: { connecting: 'Yhdistetään', connected: 'Reaaliaikainen', reconnecting: 'Yhdistetään uudelleen' },
};
