/** The reader's language: chosen, else the browser's, else English. Only that one is loaded. */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { en } from './en.ts';

export const LANGUAGES = { en: 'English', fi: 'Suomi' } as const;
export type Language = keyof typeof LANGUAGES;

const KEY = 'callhook-language';
const LOADERS = {
  en: async () => (await import('./en.ts')).en,
  fi: async () => (await import('./fi.ts')).fi,
};

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'words';
    resources: { words: typeof en };
  }
}

export async function startWords(): Promise<void> {
  const language = chosenLanguage();
  await i18next.use(initReactI18next).init({
    lng: localeOf(language),
    fallbackLng: 'en',
    defaultNS: 'words',
    ns: ['words'],
    resources: { [language]: { words: await LOADERS[language]() } },
    interpolation: { escapeValue: false },
  });
  document.documentElement.lang = language;
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(KEY, language);
  if (!i18next.hasResourceBundle(language, 'words'))
    i18next.addResourceBundle(language, 'words', await LOADERS[language]());
  await i18next.changeLanguage(localeOf(language));
  document.documentElement.lang = language;
}

/** Times and numbers are written as where the reader lives: `en-GB` for `en`. */
function localeOf(language: Language): string {
  return navigator.languages.find((one) => languageOf(one) === language) ?? language;
}

/** Of a locale. */
export function languageOf(locale: string): Language | undefined {
  const base = locale.slice(0, 2).toLowerCase();
  return base in LANGUAGES ? (base as Language) : undefined;
}

function chosenLanguage(): Language {
  const wished = [localStorage.getItem(KEY) ?? '', ...navigator.languages];
  return wished.map(languageOf).find((one) => one !== undefined) ?? 'en';
}
