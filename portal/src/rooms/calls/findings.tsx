/** What happened to each phone of a call, and what each endpoint heard of it; where one sentence does not say it all. */
import { List, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client.ts';
import { useFindingText } from './finding-text.ts';
import { legsOf } from './verdict.ts';

export function Findings({ timeline: { findings } }: { timeline: Schemas['Timeline'] }) {
  const { t } = useTranslation();
  const legs = legsOf(findings);
  const textOf = useFindingText(legs[0]?.leg.began_at);
  const isSaid = legs.length === 1 && legs[0]!.others.length < 2;
  if (legs.length === 0 || isSaid) return null;
  return (
    <Stack gap="sm" component="section">
      <Title order={2} size="h4">
        {t('calls.phoneByPhone')}
      </Title>
      {legs.map(({ leg, others }) => (
        <div key={leg.branch_id}>
          <Text>{textOf(leg)}</Text>
          <List size="sm" c="dimmed" withPadding>
            {others.map((finding) => (
              <List.Item key={JSON.stringify(finding)}>{textOf(finding)}</List.Item>
            ))}
          </List>
        </div>
      ))}
    </Stack>
  );
}
