/** Sends again what an endpoint did not take since a time: says how many there are, and goes on until all are on their way. */
import { Alert, Button, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/client.ts';
import { startOfDay } from '../../ui/days.ts';
import { Problem } from '../../ui/problem.tsx';
import { TimeField } from '../../ui/time-field.tsx';
import { LIST, useEndpoints } from './messages.ts';
import { replayFailed } from './replay.ts';

export function ReplayFailed({ endpoint }: { endpoint: string | undefined }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button variant="default" onClick={open}>
        {t('messages.failed.open')}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t('messages.failed.title')}
        closeOnClickOutside={false}
        closeButtonProps={{ 'aria-label': t('ui.close') }}
      >
        <Dialog endpoint={endpoint} close={close} />
      </Modal>
    </>
  );
}

function Dialog({ endpoint: given, close }: { endpoint: string | undefined; close: () => void }) {
  const { t } = useTranslation();
  const { organisation } = useParams({ from: '/inside/o/$organisation' });
  const queryClient = useQueryClient();
  const endpoints = useEndpoints();
  const names = endpoints.data?.items.map(({ id }) => id) ?? [];
  const [asked, setAsked] = useState(given);
  const endpoint = asked !== undefined && names.includes(asked) ? asked : names[0];
  const [since, setSince] = useState(() => startOfDay(Date.now()).toISOString());
  const count = useFailedCount(organisation, endpoint, since);
  const [done, setDone] = useState(0);
  const stop = useRef(new AbortController());
  const replay = useMutation({
    mutationFn: (to: string) =>
      replayFailed(organisation, { endpoint: to, since }, stop.current.signal, setDone),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['get', LIST] }),
  });
  return (
    <Stack>
      <Text size="sm">{t('messages.failed.about')}</Text>
      <Select
        label={t('messages.failed.endpoint')}
        data={names}
        value={endpoint ?? null}
        allowDeselect={false}
        disabled={!replay.isIdle}
        onChange={(chosen) => setAsked(chosen ?? undefined)}
      />
      <TimeField
        label={t('messages.failed.since')}
        value={since}
        set={(time) => time !== undefined && setSince(time)}
        disabled={!replay.isIdle}
      />
      <Problem problem={endpoints.error ?? count.error ?? replay.error} />
      <Text fw={600} aria-live="polite">
        {replay.isPending && t('messages.failed.progress', { done })}
        {replay.isIdle &&
          (count.data === undefined
            ? t('messages.failed.counting')
            : t('messages.failed.count', { count: count.data }))}
      </Text>
      {replay.isSuccess && (
        <Alert color="green" role="status">
          {t('messages.failed.done', { count: replay.data })}
        </Alert>
      )}
      <Group justify="flex-end">
        {replay.isPending && (
          <Button variant="default" onClick={() => stop.current.abort()}>
            {t('messages.failed.stop')}
          </Button>
        )}
        {replay.isSuccess ? (
          <Button onClick={close}>{t('ui.close')}</Button>
        ) : (
          <Button
            loading={replay.isPending}
            disabled={endpoint === undefined || count.data === 0}
            onClick={() => {
              stop.current = new AbortController();
              replay.mutate(endpoint!);
            }}
          >
            {t('messages.failed.send')}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

const STEPS = [
  ['10m', 600_000],
  ['1h', 3_600_000],
  ['6h', 21_600_000],
  ['1d', 86_400_000],
] as const;
/** The API counts in so many steps at most. */
const MOST_STEPS = 900;

function useFailedCount(organisation: string, endpoint: string | undefined, since: string) {
  const [nowMs] = useState(Date.now);
  const spanMs = nowMs - Date.parse(since);
  const step = (STEPS.find(([, ms]) => spanMs < ms * MOST_STEPS) ?? STEPS[3])[0];
  return queries.useQuery(
    'get',
    '/api/v1/organisations/{organisation}/statistics',
    { params: { path: { organisation }, query: { endpoint, from: since, step } } },
    {
      enabled: endpoint !== undefined && spanMs > 0,
      select: ({ items }) => items.reduce((sum, { expired, dead }) => sum + expired + dead, 0),
    },
  );
}
