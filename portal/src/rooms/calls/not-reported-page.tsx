/** Legs that some endpoint heard nothing of, each with the reason. */
import { List, Paper, Stack, Text, Title } from '@mantine/core';
import { IconMoodSmile } from '@tabler/icons-react';
import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { queries, type Schemas } from '../../api/client.ts';
import { byCursor, itemsOf } from '../../api/pages.ts';
import { Empty } from '../../ui/empty.tsx';
import { TextLink } from '../../ui/link.tsx';
import { More } from '../../ui/more.tsx';
import { Page } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Time } from '../../ui/time.tsx';
import { Waiting } from './calls-page.tsx';
import { useFindingText } from './finding-text.ts';

export function NotReportedPage() {
  const { t } = useTranslation();
  const { organisation } = useParams({ from: '/inside/o/$organisation/calls/not-reported' });
  const pages = queries.useInfiniteQuery(
    'get',
    '/api/v1/organisations/{organisation}/not-reported',
    { params: { path: { organisation } } },
    byCursor,
  );
  const calls = itemsOf(pages.data);
  return (
    <Page
      title={t('calls.notReported.title')}
      about={
        <>
          {t('calls.notReported.about')}{' '}
          <TextLink to="/o/$organisation/calls" params={{ organisation }} underline="always">
            {t('calls.toCalls')}
          </TextLink>
        </>
      }
    >
      <Problem problem={pages.error} retry={() => void pages.refetch()} />
      {pages.isPending && <Waiting />}
      {pages.isSuccess && calls.length === 0 && !pages.hasNextPage && (
        <Empty icon={IconMoodSmile} title={t('calls.notReported.empty')}>
          {t('calls.notReported.emptyText')}
        </Empty>
      )}
      <Stack gap="sm">
        {calls.map((call) => (
          <Call key={call.call_id} organisation={organisation} call={call} />
        ))}
      </Stack>
      <More pages={pages} />
    </Page>
  );
}

function Call({ organisation, call }: { organisation: string; call: Schemas['NotReported'] }) {
  const { t } = useTranslation();
  const textOf = useFindingText(call.began_at);
  return (
    <Paper withBorder p="md" component="article">
      <Title order={2} size="h6">
        <TextLink to="/o/$organisation/calls/$call" params={{ organisation, call: call.call_id }} inherit>
          {t('calls.notReported.callAt')} <Time at={call.began_at} />
        </TextLink>
      </Title>
      <List size="sm" listStyleType="none" mt="xs">
        {call.legs.map(({ branch_id, local_user_id, direction, reasons }) => (
          <List.Item key={branch_id}>
            <Text size="sm" fw={600}>
              {local_user_id ?? t('calls.somebody')}, {t(`calls.ways.${WAYS[direction]}`)}
            </Text>
            {reasons.map((reason) => (
              <Text key={JSON.stringify(reason)} size="sm">
                {textOf(reason)}
              </Text>
            ))}
          </List.Item>
        ))}
      </List>
    </Paper>
  );
}

const WAYS = { INCOMING: 'incoming', OUTGOING: 'outgoing' } as const;
