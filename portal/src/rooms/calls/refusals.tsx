/** Steps of a call that some endpoint was not told of, and why. */
import { List, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client.ts';
import { statesText } from './finding-text.ts';

export function Refusals({ timeline: { steps, endpoints } }: { timeline: Schemas['Timeline'] }) {
  const { t, i18n } = useTranslation();
  const hosts = new Map(endpoints.map(({ id, host }) => [id, host]));
  const refused = steps.flatMap(({ event, refusals }) => refusals.map((refusal) => ({ event, ...refusal })));
  if (refused.length === 0) return null;
  return (
    <Stack gap="sm" component="section">
      <Title order={2} size="h4">
        {t('calls.notSent.title')}
      </Title>
      <Text c="dimmed">{t('calls.notSent.about')}</Text>
      <List size="sm">
        {refused.map(({ event, endpoint, why, asks = [] }) => (
          <List.Item key={`${event.branch_id} ${event.state} ${endpoint}`}>
            {t(`calls.notSent.${why}`, {
              who: event.local_user_id ?? event.local_number ?? t('calls.somebody'),
              state: t(`calls.messageStates.${event.state}`),
              endpoint: hosts.get(endpoint) ?? endpoint,
              states: statesText(asks, { t, language: i18n.language }),
            })}
          </List.Item>
        ))}
      </List>
    </Stack>
  );
}
