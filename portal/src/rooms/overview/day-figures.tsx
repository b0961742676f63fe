/** What became of the messages of the last 24 hours. */
import { Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { IconCircleCheck, IconCircleX, IconClockHour4 } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client.ts';
import { TextLink } from '../../ui/link.tsx';
import { Sign } from '../../ui/sign.tsx';

interface Props {
  organisation: string;
  statistics: readonly Schemas['Figures'][];
  endpoints: readonly Schemas['EndpointState'][];
}

const SIGNS = { delivered: IconCircleCheck, waiting: IconClockHour4, failed: IconCircleX };
const TONES = { delivered: 'good', waiting: 'busy', failed: 'bad' } as const;

export function DayFigures({ organisation, statistics, endpoints }: Props) {
  const { t, i18n } = useTranslation();
  const figures = {
    delivered: statistics.reduce((sum, { delivered }) => sum + delivered, 0),
    waiting: endpoints.reduce((sum, { waiting }) => sum + waiting, 0),
    failed: statistics.reduce((sum, { expired, dead }) => sum + expired + dead, 0),
  };
  const numbers = new Intl.NumberFormat(i18n.language);
  return (
    <Stack gap="sm" component="section">
      <Group justify="space-between">
        <Title order={2} size="h4">
          {t('overview.day')}
        </Title>
        <TextLink to="/o/$organisation/messages" params={{ organisation }}>
          {t('overview.allMessages')}
        </TextLink>
      </Group>
      <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
        {(['delivered', 'waiting', 'failed'] as const).map((name) => (
          <Paper key={name} withBorder p={{ base: 'xs', sm: 'md' }}>
            <Text size="xl" fw={650}>
              {numbers.format(figures[name])}
            </Text>
            <Sign icon={SIGNS[name]} tone={figures[name] === 0 ? 'quiet' : TONES[name]}>
              {t(`overview.figures.${name}`)}
            </Sign>
          </Paper>
        ))}
      </SimpleGrid>
      {figures.failed > 0 && (
        <TextLink
          size="sm"
          to="/o/$organisation/calls"
          params={{ organisation }}
          search={{ result: 'failed', time: '24h' }}
        >
          {t('overview.failedCalls')}
        </TextLink>
      )}
    </Stack>
  );
}
