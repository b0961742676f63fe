import { ActionIcon, Badge, Group, Menu, Stack, Table, Text, VisuallyHidden } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useRouteContext } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Time } from '../../ui/time.tsx';
import { WideTable } from '../../ui/wide-table.tsx';
import type { Asked } from './account-dialog.tsx';
import type { Account } from './accounts.ts';

interface Props {
  items: readonly Account[];
  hasOrganisations: boolean;
  ask: (asked: Asked) => void;
}

export function AccountTable({ items, hasOrganisations, ask }: Props) {
  const { t } = useTranslation();
  return (
    <WideTable label={t('accounts.title')} minWidth={560}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('accounts.name')}</Table.Th>
          <Table.Th>{t('accounts.role')}</Table.Th>
          {hasOrganisations && <Table.Th>{t('accounts.organisation')}</Table.Th>}
          <Table.Th>{t('accounts.lastLogin')}</Table.Th>
          <Table.Th>
            <VisuallyHidden>{t('accounts.actions')}</VisuallyHidden>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {items.map((account) => (
          <Table.Tr key={account.id}>
            <Table.Td>
              <Person account={account} />
            </Table.Td>
            <Table.Td>{t(`accounts.roles.${account.role}`)}</Table.Td>
            {hasOrganisations && <Table.Td>{account.organisation ?? '–'}</Table.Td>}
            <Table.Td>
              {account.last_login === undefined ? (
                <Text c="dimmed">{t('accounts.never')}</Text>
              ) : (
                <Time at={account.last_login} />
              )}
            </Table.Td>
            <Table.Td ta="right">
              <Actions account={account} ask={ask} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </WideTable>
  );
}

function Person({ account: { id, name, email, disabled } }: { account: Account }) {
  const { t } = useTranslation();
  const { me } = useRouteContext({ from: '/inside' });
  return (
    <Stack gap={0}>
      <Group gap="xs">
        <Text fw={600}>{name}</Text>
        {me.id === id && <Badge variant="default">{t('accounts.you')}</Badge>}
        {disabled && (
          <Badge variant="outline" color="gray" autoContrast>
            {t('accounts.disabled')}
          </Badge>
        )}
      </Group>
      <Text size="sm" c="dimmed">
        {email}
      </Text>
    </Stack>
  );
}

function Actions({ account, ask }: { account: Account; ask: Props['ask'] }) {
  const { t } = useTranslation();
  const { me } = useRouteContext({ from: '/inside' });
  const { name } = account;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t('accounts.actionsOf', { name })}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => ask({ to: 'change', account })}>{t('accounts.change.open')}</Menu.Item>
        <Menu.Item onClick={() => ask({ to: 'reset', account })}>{t('accounts.reset.open')}</Menu.Item>
        {me.id !== account.id && (
          <>
            <Menu.Divider />
            <Menu.Item onClick={() => ask({ to: 'remove', account })}>{t('accounts.remove.open')}</Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
