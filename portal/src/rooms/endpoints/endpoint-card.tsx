/** One endpoint in the list: how it is, and how it did in the last day. */
import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { durationWords } from '../../ui/duration.ts';
import { TextLink } from '../../ui/link.tsx';
import type { EndpointState } from './endpoints.ts';
import { sumOf, useFigures } from './figures.ts';
import { HealthReason, HealthSign } from './health.tsx';
import { percentWords } from './percent.ts';

export function EndpointCard({ organisation, state }: { organisation: string; state: EndpointState }) {
  const { t, i18n } = useTranslation();
  const { steps } = useFigures({ organisation, endpoint: state.id }, 'day');
  const sum = steps && sumOf(steps);
  const hasFigures = sum?.success !== undefined;
  return (
    <Paper withBorder p="md" component="li" display="block">
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start">
          <div>
            <Title order={2} size="h4">
              <TextLink
                to="/o/$organisation/endpoints/$endpoint"
                params={{ organisation, endpoint: state.id }}
              >
                {state.id}
              </TextLink>
            </Title>
            {state.host !== undefined && state.host !== state.id && (
              <Text size="sm" c="dimmed">
                {state.host}
              </Text>
            )}
          </div>
          <HealthSign state={state} />
        </Group>
        <HealthReason state={state} />
        <Text size="sm" c="dimmed" mih={22}>
          {sum && !hasFigures && t('endpoints.nothingLately')}
          {hasFigures && [
            t('endpoints.lately', {
              success: percentWords(i18n.language, sum.success!),
              count: sum.delivered + sum.failed,
            }),
            sum.usualMs !== undefined &&
              ` ${t('endpoints.usually', { duration: durationWords(i18n.language, sum.usualMs) })}`,
          ]}
        </Text>
      </Stack>
    </Paper>
  );
}
