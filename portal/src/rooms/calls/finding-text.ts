/** A finding in the reader's language, by its code; one that is not known here, in the API's own words. */
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client.ts';
import { spanText } from '../../ui/span.ts';
import type { Finding, LegFinding } from './verdict.ts';

type State = LegFinding['first_state'];
type Trouble = Schemas['Trouble'];

interface Reader {
  t: TFunction;
  language: string;
  /** Whether the text of a key is there. */
  knows(key: string): boolean;
}

/** @returns says a finding; times of another day than `dayOf` name their day */
export function useFindingText(dayOf: string | undefined): (finding: Finding) => string {
  const { t, i18n } = useTranslation();
  const reader = { t, language: i18n.language, knows: (key: string) => i18n.exists(key) };
  return (finding) => findingText(finding, reader, dayOf);
}

function findingText(finding: Finding, reader: Reader, dayOf: string | undefined): string {
  const { t, language } = reader;
  const clock = (at: string) => clockText(at, dayOf, reader);
  const span = (ms: number) => spanText(ms, language);
  switch (finding.code) {
    case 'leg':
      return legText(finding, reader, clock);
    case 'learnt-late':
      return t('calls.findings.learnt-late', { by: span(finding.by_ms) });
    case 'function-number': {
      const { number, kind } = finding;
      const key = `calls.functionKinds.${kind}`;
      return t('calls.findings.function-number', {
        number,
        kind: reader.knows(key) ? t(key as never) : kind,
      });
    }
    case 'came-late':
    case 'no-endpoint':
      return t(`calls.findings.${finding.code}`);
    case 'not-asked-for':
      return t('calls.findings.not-asked-for', {
        endpoint: nameOf(finding, reader),
        states: statesText(finding.asks, reader),
      });
    case 'filtered':
      return t('calls.findings.filtered', { endpoint: nameOf(finding, reader) });
    case 'delivered':
      return t('calls.findings.delivered', { ...about(finding, reader), after: span(finding.after_ms) });
    case 'delivered-late':
      return t('calls.findings.delivered-late', {
        ...about(finding, reader),
        for: span(finding.for_ms),
        at: clock(finding.at),
      });
    case 'retrying': {
      const text = t('calls.findings.retrying', { ...about(finding, reader), since: clock(finding.since) });
      const { next_at: next } = finding;
      return `${text} ${next === undefined ? t('calls.findings.tried-again') : t('calls.findings.next-try', { at: clock(next) })}`;
    }
    case 'held-back':
      return withTrouble(
        t(`calls.findings.held-back.${finding.health}`, about(finding, reader)),
        finding,
        reader,
      );
    case 'queued':
      return t('calls.findings.queued', { ...about(finding, reader), since: clock(finding.since) });
    case 'expired': {
      const text = t('calls.findings.expired', { ...about(finding, reader), after: span(finding.after_ms) });
      return withTrouble(text, finding, reader);
    }
    case 'dead':
      return finding.trouble === undefined
        ? t('calls.findings.dead-removed', about(finding, reader))
        : t('calls.findings.dead', about(finding, reader));
    default:
      return (finding as { text: string }).text;
  }
}

const BEGAN: Record<State, 'called' | 'rang' | 'inCall'> = {
  TRYING: 'called',
  PROCEEDING: 'called',
  EARLY: 'rang',
  CONFIRMED: 'inCall',
  TERMINATED: 'called',
};

function legText(leg: LegFinding, { t, knows }: Reader, clock: (at: string) => string): string {
  const { local_user_id: user, direction, first_state, began_at, answered_at, ended_at, reason } = leg;
  const whose = user === undefined ? 'nobody' : 'user';
  const how = direction === 'OUTGOING' && first_state !== 'CONFIRMED' ? 'calledOut' : BEGAN[first_state];
  const parts = [t(`calls.legs.began.${how}.${whose}`, { user, at: clock(began_at) })];
  if (answered_at !== undefined && first_state !== 'CONFIRMED') {
    parts.push(t('calls.legs.answered', { at: clock(answered_at) }));
  }
  if (ended_at !== undefined) {
    const key = `calls.legs.ended.${reason ?? 'HANGUP'}`;
    parts.push(
      t((knows(key) ? key : 'calls.legs.ended.HANGUP') as 'calls.legs.ended.HANGUP', { at: clock(ended_at) }),
    );
  }
  return `${parts.join(', ')}.`;
}

/** What sentences about messages are made of. */
function about(
  finding: { endpoint: string; host?: string; states: readonly State[]; trouble?: Trouble },
  reader: Reader,
) {
  const { states, trouble } = finding;
  return {
    endpoint: nameOf(finding, reader),
    states: statesText(states, reader),
    count: states.length,
    trouble: trouble === undefined ? '' : troubleText(trouble, reader),
  };
}

function withTrouble(text: string, { trouble }: { trouble?: Trouble }, reader: Reader): string {
  if (trouble === undefined) return text;
  const { attempts: count } = trouble;
  return `${text} ${reader.t('calls.findings.last-try', { count, trouble: troubleText(trouble, reader) })}`;
}

/** What an attempt that failed came to. */
export function useTroubleText(): (trouble: Omit<Trouble, 'attempts'>) => string {
  const { t, i18n } = useTranslation();
  return (trouble) => troubleText(trouble, { t, language: i18n.language, knows: (key) => i18n.exists(key) });
}

/** As what follows the endpoint's name: `answered 503`. */
function troubleText(
  { code, status_code: status, detail }: Omit<Trouble, 'attempts'>,
  { t, knows }: Reader,
): string {
  if (status !== undefined) return t('calls.troubles.status', { status });
  const key = `calls.troubles.${code}`;
  return knows(key) ? t(key as never) : t('calls.troubles.other', { detail: detail ?? code });
}

function nameOf({ endpoint, host }: { endpoint: string; host?: string }, { t }: Reader): string {
  return host ?? t('calls.removedEndpoint', { endpoint });
}

export function statesText(
  states: readonly State[],
  { t, language }: Pick<Reader, 't' | 'language'>,
): string {
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(
    states.map((state) => t(`calls.messageStates.${state}`)),
  );
}

function clockText(at: string, dayOf: string | undefined, { t, language }: Reader): string {
  const time = new Date(at);
  const isToday = dayOf !== undefined && new Date(dayOf).toDateString() === time.toDateString();
  const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
  const day = { day: 'numeric', month: 'short', year: 'numeric' } as const;
  const text = new Intl.DateTimeFormat(language, isToday ? clock : { ...day, ...clock }).format(time);
  return isToday ? t('calls.clock', { time: text }) : text;
}
