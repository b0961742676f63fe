import { useTranslation } from 'react-i18next';
import type { Mark } from './layout.ts';

/** To the second, of 24 hours: what people compare. */
export const CLOCK = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;

/** Says what a mark shows: `ringing: attempt 2 at 12:30:05: failed`. */
export function useMarkText(): (mark: Mark) => string {
  const { t, i18n } = useTranslation();
  const clock = new Intl.DateTimeFormat(i18n.language, CLOCK);
  return ({ state, number, atMs, outcome }) => {
    const values = { state: t(`calls.messageStates.${state}`), number, at: clock.format(atMs) };
    const came = t(`calls.picture.outcomes.${outcome}`);
    return number === undefined
      ? t('calls.picture.message', { ...values, came })
      : t('calls.picture.attempt', { ...values, came });
  };
}
