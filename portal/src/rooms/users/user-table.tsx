import { Button, Group, Stack, Table, Text, VisuallyHidden } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ConfirmButton } from '../../ui/confirm.tsx';
import { Problem } from '../../ui/problem.tsx';
import { WideTable } from '../../ui/wide-table.tsx';
import type { User } from './user-columns.ts';
import { useUserChanges } from './users.ts';

interface Props {
  items: readonly User[];
  mayChange: boolean;
  change: (userId: string) => void;
}

export function UserTable({ items, mayChange, change }: Props) {
  const { t } = useTranslation();
  const { remove } = useUserChanges();
  const removal = useMutation({ mutationFn: remove });
  return (
    <>
      <Problem problem={removal.error} />
      <WideTable label={t('users.title')} minWidth={mayChange ? 860 : 640}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('users.user')}</Table.Th>
            <Table.Th>{t('users.numbers')}</Table.Th>
            <Table.Th>{t('users.extensions')}</Table.Th>
            <Table.Th>{t('users.phones')}</Table.Th>
            {mayChange && (
              <Table.Th>
                <VisuallyHidden>{t('users.actions')}</VisuallyHidden>
              </Table.Th>
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((user) => (
            <Table.Tr key={user.user_id}>
              <Table.Td>
                <Text size="sm" fw={600}>
                  {user.user_id}
                </Text>
                {user.email !== undefined && user.email !== user.user_id && (
                  <Text size="sm" c="dimmed">
                    {user.email}
                  </Text>
                )}
              </Table.Td>
              <Table.Td>{user.numbers.join(', ')}</Table.Td>
              <Table.Td>{user.extensions.join(', ')}</Table.Td>
              <Table.Td>
                <Devices user={user} />
              </Table.Td>
              {mayChange && (
                <Table.Td>
                  <Group gap="xs" justify="flex-end" wrap="nowrap">
                    <Button size="xs" variant="default" onClick={() => change(user.user_id)}>
                      {t('ui.edit')}
                    </Button>
                    <ConfirmButton
                      size="xs"
                      question={t('users.removeQuestion', { user: user.user_id })}
                      does={t('users.remove')}
                      confirm={() => removal.mutate(user.user_id)}
                    >
                      {t('ui.remove')}
                    </ConfirmButton>
                  </Group>
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </WideTable>
    </>
  );
}

function Devices({ user: { devices } }: { user: User }) {
  const { t } = useTranslation();
  if (devices.length === 0) return <Text c="dimmed">{t('users.none')}</Text>;
  return (
    <Stack gap={4}>
      {devices.map(({ source, address, type }) => (
        <div key={`${source} ${address}`}>
          <Text size="sm">{address}</Text>
          <Text size="xs" c="dimmed">
            {type === undefined ? source : `${t(`users.types.${type}`)} · ${source}`}
          </Text>
        </div>
      ))}
    </Stack>
  );
}
