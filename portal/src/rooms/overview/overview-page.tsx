/** The start: is everything well, what happens now, what to do next. */
import { Group, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { TextLink } from '../../ui/link.tsx';
import { LiveSign } from '../../ui/live-sign.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { CallList } from '../calls/call-list.tsx';
import { useCalls } from '../calls/calls.ts';
import { DayFigures } from './day-figures.tsx';
import { EndpointHealthList } from './endpoint-health-list.tsx';
import { NextSteps } from './next-steps.tsx';
import { wellBeingOf } from './well-being.ts';

const STATES = '/api/v1/organisations/{organisation}/endpoint-states';
const STATISTICS = '/api/v1/organisations/{organisation}/statistics';
const KEEPS = [STATES, STATISTICS];
const LAST_CALLS = 5;
const ALL_CALLS = {};

export function OverviewPage() {
  const { t } = useTranslation();
  const { organisation } = useParams({ from: '/inside/o/$organisation/' });
  const params = { path: { organisation } };
  const calls = useCalls(organisation, ALL_CALLS, LAST_CALLS);
  useLive(organisation, { keeps: KEEPS });
  const endpoints = queries.useQuery('get', STATES, { params });
  const statistics = queries.useQuery('get', STATISTICS, { params });
  const users = queries.useQuery('get', '/api/v1/organisations/{organisation}/users', {
    params: { ...params, query: { limit: 1 } },
  });
  const answers = [endpoints, statistics, users, calls.pages];
  const failed = answers.find(({ error }) => error !== null);
  const isKnown =
    endpoints.data !== undefined &&
    statistics.data !== undefined &&
    users.data !== undefined &&
    !calls.isLooking;
  return (
    <Page title={t('overview.title')} actions={<LiveSign state={calls.live} />}>
      <Problem problem={failed?.error} retry={() => answers.forEach(({ refetch }) => void refetch())} />
      {!isKnown && failed === undefined && <Skeleton h={480} />}
      {isKnown && (
        <Known
          organisation={organisation}
          calls={calls.items.slice(0, LAST_CALLS)}
          endpoints={endpoints.data.items}
          statistics={statistics.data.items}
          hasUsers={users.data.items.length > 0}
        />
      )}
    </Page>
  );
}

interface KnownProps {
  organisation: string;
  calls: Parameters<typeof CallList>[0]['calls'];
  endpoints: Parameters<typeof EndpointHealthList>[0]['endpoints'];
  statistics: Parameters<typeof DayFigures>[0]['statistics'];
  hasUsers: boolean;
}

function Known({ organisation, calls, endpoints, statistics, hasUsers }: KnownProps) {
  const { t } = useTranslation();
  const failed = statistics.reduce((sum, { expired, dead }) => sum + expired + dead, 0);
  const { kind, tone, steps } = wellBeingOf({ hasUsers, endpoints, hasCalls: calls.length > 0, failed });
  return (
    <>
      <Notice tone={tone} title={t(`overview.kinds.${kind}.title`)}>
        <Text>{t(`overview.kinds.${kind}.text`)}</Text>
      </Notice>
      {steps.length > 0 && <NextSteps organisation={organisation} steps={steps} />}
      {calls.length > 0 && (
        <Stack gap="xs" component="section">
          <Group justify="space-between">
            <Title order={2} size="h4">
              {t('overview.lastCalls')}
            </Title>
            <TextLink to="/o/$organisation/calls" params={{ organisation }}>
              {t('overview.allCalls')}
            </TextLink>
          </Group>
          <CallList organisation={organisation} calls={calls} />
        </Stack>
      )}
      {endpoints.length > 0 && (
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
          <EndpointHealthList organisation={organisation} endpoints={endpoints} />
          <DayFigures organisation={organisation} statistics={statistics} endpoints={endpoints} />
        </SimpleGrid>
      )}
    </>
  );
}
