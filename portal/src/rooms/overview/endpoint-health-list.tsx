/** How the systems are that are told of calls, and why not well. */
import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import {
  IconCircleCheck,
  IconCircleMinus,
  IconCircleX,
  IconClockHour4,
  IconRefresh,
  type Icon,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client.ts';
import { TextLink } from '../../ui/link.tsx';
import { Sign } from '../../ui/sign.tsx';
import type { Tone } from '../../ui/tone.ts';
import { Time } from '../../ui/time.tsx';
import { useTroubleText } from '../calls/finding-text.ts';
import type { Health } from './well-being.ts';

const STATES: Record<Health, [Icon, Tone]> = {
  healthy: [IconCircleCheck, 'good'],
  failing: [IconClockHour4, 'busy'],
  paused: [IconCircleX, 'bad'],
  probing: [IconCircleX, 'bad'],
  recovering: [IconRefresh, 'busy'],
  disabled: [IconCircleMinus, 'quiet'],
};

interface Props {
  organisation: string;
  endpoints: readonly Schemas['EndpointState'][];
}

export function EndpointHealthList({ organisation, endpoints }: Props) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm" component="section">
      <Group justify="space-between">
        <Title order={2} size="h4">
          {t('overview.systems')}
        </Title>
        <TextLink to="/o/$organisation/endpoints" params={{ organisation }}>
          {t('overview.toConnector')}
        </TextLink>
      </Group>
      {endpoints.map((endpoint) => (
        <EndpointHealth key={endpoint.id} endpoint={endpoint} />
      ))}
    </Stack>
  );
}

function EndpointHealth({ endpoint }: { endpoint: Schemas['EndpointState'] }) {
  const { t } = useTranslation();
  const troubleText = useTroubleText();
  const { id, host, health, waiting, last_success_at: lastAt, last_attempt: last } = endpoint;
  const [icon, tone] = STATES[health.state];
  const isUnwell = health.state === 'failing' || health.state === 'paused' || health.state === 'probing';
  return (
    <Paper withBorder p="md">
      <Group justify="space-between" gap="xs">
        <Text fw={600}>{host ?? id}</Text>
        <Sign icon={icon} tone={tone}>
          {t(`overview.health.${health.state}`)}
        </Sign>
      </Group>
      {isUnwell && last !== undefined && last.outcome !== 'delivered' && (
        <Text size="sm">{t('overview.because', { why: troubleText({ code: last.outcome, ...last }) })}</Text>
      )}
      {waiting > 0 && <Text size="sm">{t('overview.waiting', { count: waiting })}</Text>}
      <Text size="sm" c="dimmed">
        {lastAt === undefined ? (
          t('overview.neverTook')
        ) : (
          <>
            {t('overview.lastTook')} <Time at={lastAt} />
          </>
        )}
      </Text>
    </Paper>
  );
}
