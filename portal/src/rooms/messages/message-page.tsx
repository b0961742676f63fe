/** One message: what became of it, what is sent, and each try. */
import { Button, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useParams, useRouteContext } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Facts } from '../../ui/facts.tsx';
import { TextLink } from '../../ui/link.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Time } from '../../ui/time.tsx';
import { AttemptList } from './attempt-list.tsx';
import { BodySent } from './body-sent.tsx';
import { Parties, stateWords } from './event-words.tsx';
import { codeWords } from './failure-words.ts';
import { LIST, ONE, useMessage, type WholeMessage } from './messages.ts';
import { TONES } from './outcome-sign.tsx';
import { replayOne } from './replay.ts';
import { sentenceOf } from './sentence.ts';

export function MessagePage() {
  const { t, i18n } = useTranslation();
  const { me } = useRouteContext({ from: '/inside' });
  const { data: message, error, refetch } = useMessage();
  if (message === undefined) {
    return (
      <Page title={t('messages.one')}>
        {error ? <Problem problem={error} retry={() => void refetch()} /> : <Skeleton height={480} />}
      </Page>
    );
  }
  const time = new Date(message.created_at).toLocaleTimeString(i18n.language);
  return (
    <Page
      title={t('messages.message.title', { state: stateWords(t, message.body), time })}
      about={<Parties told={message.body} />}
    >
      <WhatBecame message={message} mayWrite={me.may_write} />
      <MessageFacts message={message} />
      <Stack gap="sm">
        <Title order={2} size="h4">
          {t('messages.message.attempts')}
        </Title>
        <AttemptList attempts={message.attempts} />
      </Stack>
      <BodySent message={message} />
    </Page>
  );
}

function WhatBecame({ message, mayWrite }: { message: WholeMessage; mayWrite: boolean }) {
  const { i18n } = useTranslation();
  const last = message.attempts.at(-1);
  const isWell = message.outcome === 'delivered' || last === undefined || last.outcome === 'delivered';
  return (
    <div aria-live="polite">
      <Notice tone={TONES[message.outcome]} title={sentenceOf(i18n, message)}>
        {!isWell && <Text>{codeWords(i18n, last.outcome).todo}</Text>}
        {mayWrite && <Again message={message} />}
      </Notice>
    </div>
  );
}

function Again({ message: { id, endpoint, outcome } }: { message: WholeMessage }) {
  const { t } = useTranslation();
  const { organisation } = useParams({ from: '/inside/o/$organisation' });
  const queryClient = useQueryClient();
  const again = useMutation({
    mutationFn: () => replayOne(organisation, endpoint, id),
    async onSettled() {
      await queryClient.invalidateQueries({ queryKey: ['get', ONE] });
      await queryClient.invalidateQueries({ queryKey: ['get', LIST] });
    },
  });
  return (
    <>
      <Button
        variant={outcome === 'delivered' ? 'default' : 'filled'}
        loading={again.isPending}
        disabled={outcome === 'pending'}
        onClick={() => again.mutate()}
      >
        {t('messages.message.again')}
      </Button>
      {again.data === 0 && <Text role="status">{t('messages.message.againNothing')}</Text>}
      <Problem problem={again.error} />
    </>
  );
}

function MessageFacts({ message: { id, endpoint, created_at, body } }: { message: WholeMessage }) {
  const { t } = useTranslation();
  const { organisation } = useParams({ from: '/inside/o/$organisation' });
  const toEndpoint: string = `/o/${organisation}/endpoints/${encodeURIComponent(endpoint)}`;
  return (
    <Facts
      facts={[
        [
          t('messages.message.endpoint'),
          <TextLink key="endpoint" to={toEndpoint} underline="always">
            {endpoint}
          </TextLink>,
        ],
        [
          t('messages.message.number'),
          <Text key="call" span>
            {body.seq_num} ·{' '}
            <TextLink
              to="/o/$organisation/calls/$call"
              params={{ organisation, call: body.call_id }}
              underline="always"
            >
              {t('messages.message.call')}
            </TextLink>
          </Text>,
        ],
        [t('messages.message.made'), <Time key="made" at={created_at} as="moment" />],
        [t('messages.message.id'), id],
      ]}
    />
  );
}
