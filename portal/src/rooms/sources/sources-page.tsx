import { Card, Group, Loader, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconPhone } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { queries, type Schemas } from '../../api/client.ts';
import { Empty } from '../../ui/empty.tsx';
import { ButtonLink, TextLink } from '../../ui/link.tsx';
import { Page } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { SourceFacts } from './source-facts.tsx';
import { StateBadge } from './state-badge.tsx';

const LOOK_EVERY_MS = 5_000;

export function SourcesPage() {
  const { t } = useTranslation();
  const sources = queries.useQuery('get', '/api/v1/sources');
  const states = queries.useQuery('get', '/api/v1/source-states', {}, { refetchInterval: LOOK_EVERY_MS });
  // Together, so that no card grows when it is already there.
  const isPending = sources.isPending || states.isPending;
  const items = isPending ? [] : (sources.data?.items ?? []);
  const add = <ButtonLink to="/operator/new-source">{t('sources.add')}</ButtonLink>;
  return (
    <Page title={t('sources.title')} about={t('sources.about')} actions={items.length > 0 && add}>
      <Problem problem={sources.error ?? states.error} />
      {isPending && <Loader />}
      {sources.isSuccess && !isPending && items.length === 0 && (
        <Empty icon={IconPhone} title={t('sources.empty')} action={add}>
          {t('sources.emptyText')}
        </Empty>
      )}
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        {items.map((source) => (
          <SourceCard
            key={source.id}
            source={source}
            state={states.data?.items.find(({ id }) => id === source.id)}
          />
        ))}
      </SimpleGrid>
    </Page>
  );
}

function SourceCard({ source, state }: { source: Schemas['Source']; state?: Schemas['SourceState'] }) {
  const { t } = useTranslation();
  const { id, kind, host } = source;
  return (
    <Card withBorder>
      <Stack gap="sm">
        <Group justify="space-between">
          <TextLink to="/operator/sources/$source" params={{ source: id }} fw={600}>
            {id}
          </TextLink>
          {state !== undefined && <StateBadge state={state} />}
        </Group>
        <Text size="sm">
          {t(`sources.kinds.${kind}`)}
          {host !== undefined && ` · ${host}`}
        </Text>
        {state?.advice !== undefined && (
          <Text size="sm" lang="en">
            {state.advice}
          </Text>
        )}
        {state !== undefined && state.since !== null && (
          <SourceFacts state={state} since={state.since} kind={kind} />
        )}
      </Stack>
    </Card>
  );
}
