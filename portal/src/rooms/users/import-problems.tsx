import { Alert, Stack, Table } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { WideTable } from '../../ui/wide-table.tsx';

export interface Wrong {
  line?: number;
  column?: string;
  text: string;
}

export function ImportProblems({ wrongs }: { wrongs: readonly Wrong[] }) {
  const { t } = useTranslation();
  return (
    <Stack>
      <Alert color="red" icon={<IconAlertTriangle />} title={t('users.import.wrong')}>
        {t('users.import.wrongText')}
      </Alert>
      <WideTable label={t('users.import.wrong')} minWidth={520}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('users.import.line')}</Table.Th>
            <Table.Th>{t('users.import.column')}</Table.Th>
            <Table.Th>{t('users.import.what')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {wrongs.map(({ line, column, text }) => (
            <Table.Tr key={`${line} ${column} ${text}`}>
              <Table.Td>{line}</Table.Td>
              <Table.Td>{column}</Table.Td>
              <Table.Td>{text}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </WideTable>
    </Stack>
  );
}
