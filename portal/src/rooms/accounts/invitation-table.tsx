import { Table, Text, VisuallyHidden } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ConfirmButton } from '../../ui/confirm.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Time } from '../../ui/time.tsx';
import { WideTable } from '../../ui/wide-table.tsx';
import type { Invitation } from './accounts.ts';

interface Props {
  items: readonly Invitation[];
  hasOrganisations: boolean;
  takeBack: (id: string) => Promise<void>;
}

export function InvitationTable({ items, hasOrganisations, takeBack }: Props) {
  const { t } = useTranslation();
  const removal = useMutation({ mutationFn: takeBack });
  if (items.length === 0) return <Text c="dimmed">{t('accounts.open.empty')}</Text>;
  return (
    <>
      <Problem problem={removal.error} />
      <WideTable label={t('accounts.open.title')} minWidth={560}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('accounts.email')}</Table.Th>
            <Table.Th>{t('accounts.role')}</Table.Th>
            {hasOrganisations && <Table.Th>{t('accounts.organisation')}</Table.Th>}
            <Table.Th>{t('accounts.open.expires')}</Table.Th>
            <Table.Th>
              <VisuallyHidden>{t('accounts.actions')}</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map(({ id, email, role, organisation, expires }) => (
            <Table.Tr key={id}>
              <Table.Td>{email}</Table.Td>
              <Table.Td>{t(`accounts.roles.${role}`)}</Table.Td>
              {hasOrganisations && <Table.Td>{organisation ?? '–'}</Table.Td>}
              <Table.Td>
                <Time at={expires} />
              </Table.Td>
              <Table.Td ta="right">
                <ConfirmButton
                  size="xs"
                  question={t('accounts.open.removeQuestion', { email })}
                  does={t('accounts.open.removeTitle')}
                  confirm={() => removal.mutate(id)}
                >
                  {t('accounts.open.remove')}
                </ConfirmButton>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </WideTable>
    </>
  );
}
