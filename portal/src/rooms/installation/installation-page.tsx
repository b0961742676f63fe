/** The operator's start: is the installation well, and if not, where? */
import { Card, Loader, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { queries, type Schemas } from '../../api/client.ts';
import { ButtonLink } from '../../ui/link.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Time } from '../../ui/time.tsx';
import { ConcerningEndpoints } from './concerning-endpoints.tsx';
import classes from './installation-page.module.css';
import { SourceTable } from './source-table.tsx';
import { verdictOf } from './verdict.ts';

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
  const { t, i18n } = useTranslation();
  const { database, nodes, open_legs: openLegs, backlog, sources, endpoints } = overview;
  const { kind, tone, count } = verdictOf(overview);
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <Stack gap="xl">
      <Notice tone={tone} title={t(`installation.verdicts.${kind}.title`, { count })}>
        <Text>{t(`installation.verdicts.${kind}.text`, { count })}</Text>
        {database.problem !== undefined && <Text lang="en">{database.problem}</Text>}
      </Notice>
      <SimpleGrid cols={{ base: 2, md: 4 }}>
        <Figure title={t('installation.backlog')} value={number.format(backlog.messages)}>
          {backlog.oldest_since !== undefined && (
            <>
              {t('installation.oldest')} <Time at={backlog.oldest_since} />
            </>
          )}
        </Figure>
        <Figure title={t('installation.openLegs')} value={number.format(openLegs)} />
        <Figure title={t('installation.nodes')} value={number.format(nodes.length)} />
        <Figure
          title={t('installation.database')}
          value={database.kind === 'sqlite' ? 'SQLite' : 'PostgreSQL'}
        >
          {database.name}
        </Figure>
      </SimpleGrid>
      <Stack gap="xs">
        <Title order={2} size="h4">
          {t('installation.sources')}
        </Title>
        {sources.length === 0 && <Text c="dimmed">{t('installation.noSources')}</Text>}
        {sources.length > 0 && <SourceTable sources={sources} />}
      </Stack>
      <ConcerningEndpoints endpoints={endpoints.concerning} />
    </Stack>
  );
}

function Figure({ title, value, children }: { title: string; value: string; children?: ReactNode }) {
  return (
    <Card withBorder>
      <Text size="sm" c="dimmed">
        {title}
      </Text>
      <Text fw={600} size="lg">
        {value}
      </Text>
      {children !== undefined && (
        <Text size="sm" c="dimmed" component="div" className={classes.more}>
          {children}
        </Text>
      )}
    </Card>
  );
}
