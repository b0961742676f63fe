/** How a phone system does: what was heard of it, how far behind we are, how often the connection was lost. */
import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client.ts';
import { spanText } from '../../ui/span.ts';
import { Facts } from '../../ui/facts.tsx';
import { Time } from '../../ui/time.tsx';

interface Props {
  state: Schemas['SourceState'];
  /** When it became so. */
  since: string;
  kind: Schemas['Source']['kind'];
}

export function SourceFacts({ state, since, kind }: Props) {
  const { t, i18n } = useTranslation();
  // Such a platform comes to us: there is no connection to be lost.
  const isPosted = kind === 'http';
  const { status, last_event_at: lastAt, lag_ms: lag, open_legs: legs, last_break: lastBreak } = state;
  return (
    <>
      <Facts
        isNarrow
        facts={[
          [
            t('sources.facts.lastEvent'),
            lastAt === null ? t('sources.facts.none') : <Time key="last" at={lastAt} as="moment" />,
          ],
          [
            t('sources.facts.lag'),
            lag === null ? (
              <LagNotKnown key="lag" kind={kind} isHeard={lastAt !== null} />
            ) : (
              spanText(lag, i18n.language)
            ),
          ],
          [
            t(isPosted ? 'sources.facts.heardSince' : `sources.facts.since.${status}`),
            <Time key="since" at={since} />,
          ],
          [t('sources.facts.openLegs'), new Intl.NumberFormat(i18n.language).format(legs)],
        ]}
      />
      {!isPosted && (status === 'connected' || lastBreak !== null) && (
        <Text size="sm" c="dimmed" component="div">
          <Breaks state={state} />
          {lastBreak !== null && (
            <>
              {' '}
              {t('sources.breaks.last')} <Time at={lastBreak.at} as="moment" />:{' '}
              <span lang="en">{lastBreak.reason}</span>
            </>
          )}
        </Text>
      )}
    </>
  );
}

function Breaks({ state }: { state: Schemas['SourceState'] }) {
  const { t } = useTranslation();
  const { reconnects: count, reconnects_since: since } = state;
  if (since === null) return null;
  return (
    <>
      {count === 0 ? t('sources.breaks.none') : t('sources.breaks.lost', { count })} <Time at={since} />.
    </>
  );
}

function LagNotKnown({ kind, isHeard }: { kind: Props['kind']; isHeard: boolean }) {
  const { t } = useTranslation();
  if (kind === 'esl' || kind === 'http' || !isHeard) return t('sources.facts.notKnown');
  return t(`sources.facts.notTold.${kind}`);
}
