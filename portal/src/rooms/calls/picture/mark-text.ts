import { useTranslation } from 'react-i18next';
import type { Mark } from './layout.ts';

/** Says what a mark shows: `ringing: attempt 2 at 12:30:05: failed`. */
export function useMarkText(): (mark: Mark) => string {
  const { t, i18n } = useTranslation();
  const clock = new Intl.DateTimeFormat(i18n.language, { timeStyle: 'medium' });
  return ({ state, number, atMs, outcome }) => {
    const values = { state: t(`calls.messageStates.${state}`), number, at: clock.format(atMs) };
    const came = t(`calls.picture.outcomes.${outcome}`);
    return number === undefined
      ? t('calls.picture.message', { ...values, came })
      : t('calls.picture.attempt', { ...values, came });
  };
}
