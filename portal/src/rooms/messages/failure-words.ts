/** The codes of attempts (docs/ERRORS.md) in words: what happened, what to do. */
import type { i18n as I18n } from 'i18next';

export function codeWords(i18n: I18n, code: string): { title: string; todo: string } {
  const known = (i18n.exists(`messages.codes.${code}.title`) ? code : 'unknown') as 'unknown';
  const title = i18n.t(`messages.codes.${known}.title`);
  return { title, todo: code === 'delivered' ? '' : i18n.t(`messages.codes.${known}.todo`) };
}
