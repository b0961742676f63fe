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
    lng: asWrittenHere(language),
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
  await i18next.changeLanguage(asWrittenHere(language));
  document.documentElement.lang = language;
}

/** With the country of the browser, for dates and times: `en-GB`, where the clock has 24 hours, unless it says otherwise. */
function asWrittenHere(language: Language): string {
  const wished = navigator.languages.find((one) => one.toLowerCase().startsWith(`${language}-`));
  return wished ?? { en: 'en-GB', fi: 'fi' }[language];
}

function chosenLanguage(): Language {
  const wished = [localStorage.getItem(KEY) ?? '', ...navigator.languages];
  const known = wished.map((one) => one.slice(0, 2).toLowerCase()).find((one) => one in LANGUAGES);
  return (known ?? 'en') as Language;
}
