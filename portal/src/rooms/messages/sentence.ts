/** What became of a message, in one sentence. */
import type { i18n as I18n } from 'i18next';
import { codeWords } from './failure-words.ts';
import type { WholeMessage } from './messages.ts';
import { durationWords } from '../../ui/duration.ts';

export function sentenceOf(i18n: I18n, message: WholeMessage): string {
  const { t, language } = i18n;
  const { endpoint, attempts, replay_of, next_attempt_at } = message;
  const last = attempts.at(-1);
  const reason = last === undefined ? '' : lowerFirst(codeWords(i18n, last.outcome).title);
  switch (message.outcome) {
    case 'delivered': {
      if (replay_of !== undefined) return t('messages.sentences.deliveredAgain', { endpoint });
      const duration = durationWords(language, last?.duration_ms ?? 0);
      return t('messages.sentences.delivered', { endpoint, count: message.attempts_made, duration });
    }
    case 'pending': {
      if (replay_of !== undefined) return t('messages.sentences.pendingAgain', { endpoint });
      if (last === undefined) return t('messages.sentences.pendingFirst', { endpoint });
      const waits = t('messages.sentences.pending', { endpoint, reason });
      return next_attempt_at === undefined ? waits : `${waits} ${nextTry(i18n, next_attempt_at)}`;
    }
    case 'expired':
      return last === undefined
        ? t('messages.sentences.expiredUntried', { endpoint })
        : t('messages.sentences.expired', { endpoint, reason });
    case 'dead':
      return t('messages.sentences.dead', { reason });
  }
}

function nextTry({ t, language }: I18n, at: string): string {
  const time = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' }).format(
    new Date(at),
  );
  return t('messages.sentences.next', { time });
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
