/** Calls, the newest first; each leads to its page. Columns on a wide screen, two lines on a narrow one. */
import { Text } from '@mantine/core';
import { IconArrowsLeftRight, IconPhoneIncoming, IconPhoneOutgoing } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client.ts';
import { stopwatch } from '../../ui/span.ts';
import { Time } from '../../ui/time.tsx';
import { CallStateSign, ResultSign } from './signs.tsx';
import { summaryOf, type Summary } from './summary.ts';
import { useNow } from './use-now.ts';
import classes from './call-list.module.css';

const WAYS = {
  incoming: IconPhoneIncoming,
  outgoing: IconPhoneOutgoing,
  internal: IconArrowsLeftRight,
};

interface Props {
  organisation: string;
  calls: readonly Schemas['Call'][];
}

export function CallList({ organisation, calls }: Props) {
  const { t } = useTranslation();
  return (
    <div>
      <div className={classes.heads} aria-hidden>
        {(['state', 'began', 'who', 'other', 'length', 'result'] as const).map((column) => (
          <Text key={column} size="sm" fw={600}>
            {t(`calls.columns.${column}`)}
          </Text>
        ))}
      </div>
      <ol className={classes.list} aria-label={t('calls.list')}>
        {calls.map((call) => (
          <li key={call.call_id}>
            <Link
              to="/o/$organisation/calls/$call"
              params={{ organisation, call: call.call_id }}
              className={classes.call}
            >
              <CallLine call={call} />
            </Link>
          </li>
        ))}
      </ol>
    </div>
  );
}

function CallLine({ call }: { call: Schemas['Call'] }) {
  const { t } = useTranslation();
  const summary = summaryOf(call.branches);
  const { state, way, who, other, beganAt } = summary;
  const Way = WAYS[way];
  return (
    <>
      <span className={classes.state}>
        <CallStateSign state={state} />
      </span>
      <Text span size="sm" className={classes.began}>
        <Time at={beganAt} />
      </Text>
      <Text span size="sm" fw={600} className={classes.who}>
        {who.length > 0 ? who.join(', ') : t('calls.somebody')}
      </Text>
      <Text span size="sm" className={classes.other}>
        <Way size={16} stroke={1.6} aria-label={t(`calls.ways.${way}`)} role="img" /> <Other name={other} />
      </Text>
      <Text span size="sm" className={classes.length}>
        <Length summary={summary} />
      </Text>
      <span className={classes.result}>
        <ResultSign result={call.result} />
      </span>
    </>
  );
}

export function Other({ name }: { name: string | undefined }) {
  const { t } = useTranslation();
  if (name === undefined) return t('calls.unknown');
  return name === 'anonymous' ? t('calls.withheld') : name;
}

/** How long they talked, else how long it rang. It runs while the call is up. */
function Length({ summary: { answeredAt, beganAt, endedAt } }: { summary: Summary }) {
  const nowMs = useNow(endedAt === undefined);
  const toMs = endedAt === undefined ? nowMs : Date.parse(endedAt);
  return stopwatch(toMs - Date.parse(answeredAt ?? beganAt));
}
