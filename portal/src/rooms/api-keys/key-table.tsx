import { Code, Table, Text, VisuallyHidden } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ConfirmButton } from '../../ui/confirm.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Time } from '../../ui/time.tsx';
import { WideTable } from '../../ui/wide-table.tsx';
import type { ApiKey } from './keys.ts';

interface Props {
  items: readonly ApiKey[];
  remove: (id: string) => Promise<void>;
}

export function KeyTable({ items, remove }: Props) {
  const { t } = useTranslation();
  const removal = useMutation({ mutationFn: remove });
  return (
    <>
      <Problem problem={removal.error} />
      <WideTable label={t('apiKeys.title')} minWidth={720}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('apiKeys.name')}</Table.Th>
            <Table.Th>{t('apiKeys.scope')}</Table.Th>
            <Table.Th>{t('apiKeys.starts')}</Table.Th>
            <Table.Th>{t('apiKeys.used')}</Table.Th>
            <Table.Th>{t('apiKeys.expires')}</Table.Th>
            <Table.Th>
              <VisuallyHidden>{t('apiKeys.actions')}</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map(({ id, name, scope, prefix, last_used, expires }) => (
            <Table.Tr key={id}>
              <Table.Td>{name}</Table.Td>
              <Table.Td>{t(`apiKeys.scopes.${scope}`)}</Table.Td>
              <Table.Td>
                <Code>{prefix}…</Code>
              </Table.Td>
              <Table.Td>
                {last_used === undefined ? (
                  <Text c="dimmed">{t('apiKeys.never')}</Text>
                ) : (
                  <Time at={last_used} />
                )}
              </Table.Td>
              <Table.Td>
                {expires === undefined ? <Text c="dimmed">{t('apiKeys.never')}</Text> : <Time at={expires} />}
              </Table.Td>
              <Table.Td ta="right">
                <ConfirmButton
                  size="xs"
                  question={t('apiKeys.removeQuestion', { name })}
                  does={t('apiKeys.remove')}
                  confirm={() => removal.mutate(id)}
                >
                  {t('ui.remove')}
                </ConfirmButton>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </WideTable>
    </>
  );
}
