/** One call: what happened and why in a sentence, then as a picture, then all that was sent. */
import { Skeleton, Stack, Title } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { queries, type Schemas } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { TextLink } from '../../ui/link.tsx';
import { LiveSign } from '../../ui/live-sign.tsx';
import { Page } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Time } from '../../ui/time.tsx';
import { CallMessages } from './call-messages.tsx';
import { Findings } from './findings.tsx';
import { CallPicture } from './picture/call-picture.tsx';
import { Refusals } from './refusals.tsx';
import { Verdict } from './verdict-panel.tsx';

const CALL = '/api/v1/organisations/{organisation}/calls/{call}';
const KEEPS = [CALL];

export function CallPage() {
  const { t } = useTranslation();
  const { organisation, call } = useParams({ from: '/inside/o/$organisation/calls/$call' });
  const live = useLive(organisation, { keeps: KEEPS, callId: call });
  const found = queries.useQuery('get', CALL, { params: { path: { organisation, call } } });
  const began = found.data?.steps[0]?.event.timestamp;
  return (
    <Page
      title={found.data === undefined ? t('calls.call') : titleOf(found.data, t('calls.call'))}
      about={
        <>
          {began !== undefined && (
            <>
              <Time at={began} /> ·{' '}
            </>
          )}
          <TextLink to="/o/$organisation/calls" params={{ organisation }} underline="always">
            {t('calls.toCalls')}
          </TextLink>
        </>
      }
      actions={<LiveSign state={live} />}
    >
      <Problem problem={found.error} retry={() => void found.refetch()} />
      {found.isPending && <Skeleton h={320} />}
      {found.data !== undefined && <Whole organisation={organisation} timeline={found.data} />}
    </Page>
  );
}

function titleOf({ steps }: Schemas['Timeline'], otherwise: string): string {
  const event = steps.at(-1)?.event;
  const local = event?.local_user_id ?? event?.local_number;
  const remote = event?.remote_user_id ?? event?.remote_number;
  const parties = [local, remote].filter((party) => party !== undefined && party !== 'anonymous');
  return parties.length === 0 ? otherwise : parties.join(event?.direction === 'OUTGOING' ? ' → ' : ' ← ');
}

function Whole({ organisation, timeline }: { organisation: string; timeline: Schemas['Timeline'] }) {
  const { t } = useTranslation();
  return (
    <>
      <Verdict organisation={organisation} timeline={timeline} />
      <Stack gap="sm" component="section">
        <Title order={2} size="h4">
          {t('calls.picture.title')}
        </Title>
        <CallPicture timeline={timeline} />
      </Stack>
      <Findings timeline={timeline} />
      <CallMessages organisation={organisation} timeline={timeline} />
      <Refusals timeline={timeline} />
    </>
  );
}
