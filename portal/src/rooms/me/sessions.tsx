/** Where one is logged in: this browser is marked, the others can be logged out. */
import { Badge, Button, Group, Skeleton, Table, Text, VisuallyHidden } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, queries, type Schemas } from '../../api/client.ts';
import { clientWords } from '../../ui/client-words.ts';
import { Problem } from '../../ui/problem.tsx';
import { Time } from '../../ui/time.tsx';
import { WideTable } from '../../ui/wide-table.tsx';

export const SESSIONS = '/api/v1/me/sessions';

type Session = Schemas['Session'];

export function Sessions() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const sessions = queries.useQuery('get', SESSIONS);
  const end = useMutation({
    async mutationFn(ids: readonly string[]) {
      for (const session of ids) await api.DELETE(`${SESSIONS}/{session}`, { params: { path: { session } } });
      return ids.length;
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['get', SESSIONS] }),
  });
  if (sessions.isPending) return <Skeleton height={160} />;
  const items = sessions.data?.items ?? [];
  const others = items.filter(({ current }) => !current);
  return (
    <>
      <Problem problem={sessions.error ?? end.error} />
      <WideTable label={t('me.sessions.title')} minWidth={600}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('me.sessions.client')}</Table.Th>
            <Table.Th>{t('me.sessions.address')}</Table.Th>
            <Table.Th>{t('me.sessions.created')}</Table.Th>
            <Table.Th>{t('me.sessions.seen')}</Table.Th>
            <Table.Th>
              <VisuallyHidden>{t('me.sessions.actions')}</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((session) => (
            <Row key={session.id} session={session} end={() => end.mutate([session.id])} />
          ))}
        </Table.Tbody>
      </WideTable>
      <Group>
        {others.length > 0 && (
          <Button
            variant="default"
            loading={end.isPending}
            onClick={() => end.mutate(others.map(({ id }) => id))}
          >
            {t('me.sessions.endOthers')}
          </Button>
        )}
        <Text role="status">{end.isSuccess && t('me.sessions.ended', { count: end.data })}</Text>
      </Group>
    </>
  );
}

function Row({ session, end }: { session: Session; end: () => void }) {
  const { t } = useTranslation();
  const { current, address, created, seen } = session;
  const client = clientWords(session.client) || t('me.sessions.unknown');
  return (
    <Table.Tr>
      <Table.Td>
        <Group gap="xs" title={session.client}>
          {client}
          {current && <Badge variant="default">{t('me.sessions.current')}</Badge>}
        </Group>
      </Table.Td>
      <Table.Td>{address}</Table.Td>
      <Table.Td>
        <Time at={created} />
      </Table.Td>
      <Table.Td>
        <Time at={seen} />
      </Table.Td>
      <Table.Td ta="right">
        {!current && (
          <Button
            size="xs"
            variant="default"
            aria-label={t('me.sessions.endOf', { client, address })}
            onClick={end}
          >
            {t('me.sessions.end')}
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
