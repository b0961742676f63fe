/** The operator's start: is the installation well, and if not, where? */
import { Alert, Card, Group, Loader, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { queries, type Schemas } from '../../api/client.ts';
import { ButtonLink, TextLink } from '../../ui/link.tsx';
import { Page } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Time } from '../../ui/time.tsx';
import { StateBadge } from '../sources/state-badge.tsx';
import { ConcerningEndpoints } from './concerning-endpoints.tsx';

const LOOK_EVERY_MS = 5_000;

export function InstallationPage() {
  const { t } = useTranslation();
  const found = queries.useQuery('get', '/api/v1/overview', {}, { refetchInterval: LOOK_EVERY_MS });
  const isNew = found.data !== undefined && found.data.sources.length === 0;
  return (
    <Page
      title={t('installation.title')}
      about={found.data && t('installation.version', { version: found.data.version })}
      actions={isNew && <ButtonLink to="/welcome">{t('installation.firstSteps')}</ButtonLink>}
    >
      <Problem problem={found.error} />
      {found.isPending && <Loader />}
      {found.data !== undefined && <Found overview={found.data} />}
    </Page>
  );
}

function Found({ overview }: { overview: Schemas['Overview'] }) {
  const { t } = useTranslation();
  const { database, nodes, open_legs: openLegs, backlog, sources, endpoints } = overview;
  return (
    <Stack gap="xl">
      {database.problem !== undefined && (
        <Alert color="red">{t('installation.databaseProblem', { problem: database.problem })}</Alert>
      )}
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <Figure title={t('installation.backlog')}>
          {backlog.messages === 0
            ? t('installation.nothingWaits')
            : t('installation.messages', { count: backlog.messages })}
          {backlog.oldest_since !== undefined && (
            <Text size="sm" c="dimmed" component="div">
              {t('installation.oldest')} <Time at={backlog.oldest_since} />
            </Text>
          )}
        </Figure>
        <Figure title={t('installation.nodes', { count: nodes.length })}>
          {t('installation.openLegs', { count: openLegs })}
        </Figure>
        <Figure title={t('installation.database')}>
          {database.kind === 'sqlite' ? 'SQLite' : 'PostgreSQL'}
          <Text size="sm" c="dimmed" truncate>
            {database.name}
          </Text>
        </Figure>
      </SimpleGrid>
      <Stack gap="xs">
        <Title order={2} size="h4">
          {t('installation.sources')}
        </Title>
        {sources.length === 0 && <Text c="dimmed">{t('installation.noSources')}</Text>}
        {sources.map(({ id, status, since, advice }) => (
          <Group key={id} gap="sm">
            <StateBadge status={status} />
            <TextLink to="/operator/sources/$source" params={{ source: id }}>
              {id}
            </TextLink>
            <Text size="sm" c="dimmed" component="div">
              {t('sources.since')} <Time at={since} />
            </Text>
            {advice !== undefined && <Text size="sm">{advice}</Text>}
          </Group>
        ))}
      </Stack>
      <ConcerningEndpoints endpoints={endpoints.concerning} />
    </Stack>
  );
}

function Figure({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <Card withBorder>
      <Text size="sm" c="dimmed">
        {title}
      </Text>
      <Text fw={600} size="lg" component="div">
        {children}
      </Text>
    </Card>
  );
}
