/** What an import would make and change, from what to what. */
import { Badge, Button, Center, List, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { WideTable } from '../../ui/wide-table.tsx';
import type { Row } from './import.ts';
import type { User } from './user-columns.ts';

/** A browser shows thousands of rows slowly, and nobody reads them at once. */
const AT_ONCE = 100;

export function ImportRows({ rows }: { rows: readonly Row[] }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(AT_ONCE);
  if (rows.length === 0) return null;
  return (
    <>
      <WideTable label={t('users.import.becomes')} minWidth={560}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('users.user')}</Table.Th>
            <Table.Th>{t('users.import.becomes')}</Table.Th>
            <Table.Th>{t('users.import.details')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.slice(0, shown).map((row) => (
            <Table.Tr key={row.user_id}>
              <Table.Td>
                <Text size="sm" fw={600}>
                  {row.user_id}
                </Text>
              </Table.Td>
              <Table.Td>
                <Badge variant="outline" color="gray" tt="none">
                  {t(`users.import.became.${row.becomes}`)}
                </Badge>
              </Table.Td>
              <Table.Td>
                <Details row={row} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </WideTable>
      {rows.length > shown && (
        <Center>
          <Button variant="default" onClick={() => setShown(shown + AT_ONCE)}>
            {t('users.import.showMore', { count: rows.length - shown })}
          </Button>
        </Center>
      )}
    </>
  );
}

const FIELDS = ['email', 'numbers', 'extensions', 'phones'] as const;

function Details({ row: { before, after } }: { row: Row }) {
  const { t } = useTranslation();
  if (after === undefined) return null;
  const was = before && textsOf(before);
  const is = textsOf(after);
  const told = FIELDS.filter((field) => (was === undefined ? is[field] !== '' : was[field] !== is[field]));
  return (
    <List size="sm" listStyleType="none">
      {told.map((field) => (
        <List.Item key={field}>
          {t(`users.${field}`)}:{' '}
          {was !== undefined && <>{was[field] === '' ? t('users.none') : <s>{was[field]}</s>} → </>}
          {is[field] === '' ? t('users.none') : is[field]}
        </List.Item>
      ))}
    </List>
  );
}

function textsOf({
  email = '',
  numbers,
  extensions,
  devices,
}: User): Record<(typeof FIELDS)[number], string> {
  return {
    email,
    numbers: numbers.join(', '),
    extensions: extensions.join(', '),
    phones: devices.map(({ source, address, type = '' }) => `${address} ${type} (${source})`).join(', '),
  };
}
