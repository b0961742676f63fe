/** How an endpoint is, in words and a sign; where something is wrong: what, and what to do. */
import { Alert, Stack, Text } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconPlayerPause,
  IconPower,
  IconRefresh,
  type Icon,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Sign } from '../../ui/sign.tsx';
import type { Tone } from '../../ui/tone.ts';
import { Time } from '../../ui/time.tsx';
import { codeWords } from '../messages/failure-words.ts';
import type { EndpointState } from './endpoints.ts';

type State = EndpointState['health']['state'];

const SIGNS: Record<State, { icon: Icon; tone: Tone }> = {
  healthy: { icon: IconCircleCheck, tone: 'good' },
  failing: { icon: IconAlertTriangle, tone: 'busy' },
  paused: { icon: IconPlayerPause, tone: 'bad' },
  probing: { icon: IconRefresh, tone: 'bad' },
  recovering: { icon: IconRefresh, tone: 'busy' },
  disabled: { icon: IconPower, tone: 'quiet' },
};

export function HealthSign({ state }: { state: EndpointState }) {
  const { t } = useTranslation();
  const { health, delivered, last_attempt } = state;
  const isNew = health.state === 'healthy' && delivered === 0 && last_attempt === undefined;
  const { icon, tone } = SIGNS[health.state];
  const isGivenUp = health.state === 'disabled' && health.disabled_because !== 'operator';
  return (
    <Sign icon={icon} tone={isNew ? 'quiet' : isGivenUp ? 'bad' : tone}>
      {t(isNew ? 'endpoints.health.new' : `endpoints.health.${health.state}`)}
    </Sign>
  );
}

export function HealthReason({ state }: { state: EndpointState }) {
  const { t, i18n } = useTranslation();
  const { health, last_attempt, waiting } = state;
  if (health.state === 'healthy') return null;
  const isSwitchedOff = health.state === 'disabled' && health.disabled_because === 'operator';
  const hasFailed = last_attempt !== undefined && last_attempt.outcome !== 'delivered';
  const code = hasFailed && !isSwitchedOff ? codeWords(i18n, last_attempt.outcome) : undefined;
  return (
    <Alert
      color={isSwitchedOff || health.state === 'recovering' ? 'gray' : 'red'}
      title={code?.title ?? t(`endpoints.health.${health.state}`)}
    >
      <Stack gap={6} align="flex-start">
        <Text size="sm">{t(`endpoints.meaning.${isSwitchedOff ? 'off' : health.state}`)}</Text>
        {code && <Text size="sm">{code.todo}</Text>}
        {hasFailed && !isSwitchedOff && last_attempt.detail !== undefined && (
          <Text size="sm" lang="en">
            {last_attempt.detail}
          </Text>
        )}
        <Text size="sm">
          {health.since !== undefined && (
            <>
              {t('endpoints.since')} <Time at={health.since} />.{' '}
            </>
          )}
          {waiting > 0 && `${t('endpoints.waiting', { count: waiting })} `}
          {health.next_probe_at !== undefined && (
            <>
              {t('endpoints.nextTry')} <Time at={health.next_probe_at} as="clock" />.
            </>
          )}
        </Text>
      </Stack>
    </Alert>
  );
}
