/** Each try, the last one first and open. */
import { Accordion, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { durationWords } from '../../ui/duration.ts';
import { Sign } from '../../ui/sign.tsx';
import { Time } from '../../ui/time.tsx';
import { AttemptDetails } from './attempt-details.tsx';
import { codeWords } from './failure-words.ts';
import type { Attempt } from './messages.ts';

export function AttemptList({ attempts }: { attempts: readonly Attempt[] }) {
  const { t } = useTranslation();
  const last = attempts.at(-1);
  if (last === undefined) return <Text c="dimmed">{t('messages.message.noAttempt')}</Text>;
  return (
    <Accordion variant="contained" multiple order={3} defaultValue={[String(last.number)]}>
      {attempts.toReversed().map((attempt) => (
        <Accordion.Item key={attempt.number} value={String(attempt.number)}>
          <Accordion.Control>
            <Heading attempt={attempt} />
          </Accordion.Control>
          <Accordion.Panel>
            <AttemptDetails attempt={attempt} />
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}

function Heading({
  attempt: { number, outcome, started_at, duration_ms, status_code },
}: {
  attempt: Attempt;
}) {
  const { t, i18n } = useTranslation();
  const isTaken = outcome === 'delivered';
  return (
    <>
      <Sign icon={isTaken ? IconCircleCheck : IconAlertTriangle} tone={isTaken ? 'good' : 'bad'}>
        <strong>
          {t('messages.attempt.title', { number })}: {codeWords(i18n, outcome).title}
          {status_code !== undefined && ` (${status_code})`}
        </strong>
      </Sign>
      <Text size="sm" c="dimmed">
        <Time at={started_at} as="moment" /> ·{' '}
        {t('messages.attempt.took', { duration: durationWords(i18n.language, duration_ms) })}
      </Text>
    </>
  );
}
