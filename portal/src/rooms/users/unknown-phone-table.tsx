import { Button, Table, Text, VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client.ts';
import { Time } from '../../ui/time.tsx';
import { WideTable } from '../../ui/wide-table.tsx';

interface Props {
  items: Schemas['UnknownDevices']['items'];
  mayMake: boolean;
  make: (source: string, address: string) => void;
}

export function UnknownPhoneTable({ items, mayMake, make }: Props) {
  const { t } = useTranslation();
  return (
    <WideTable label={t('users.unknown.title')} minWidth={640}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('users.address')}</Table.Th>
          <Table.Th>{t('users.system')}</Table.Th>
          <Table.Th>{t('users.unknown.seen')}</Table.Th>
          <Table.Th>
            <VisuallyHidden>{t('users.actions')}</VisuallyHidden>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {items.map(({ source, address, last_seen_at }) => (
          <Table.Tr key={`${source} ${address}`}>
            <Table.Td>
              <Text size="sm" fw={600}>
                {address}
              </Text>
            </Table.Td>
            <Table.Td>{source}</Table.Td>
            <Table.Td>
              <Time at={last_seen_at} />
            </Table.Td>
            <Table.Td ta="right">
              {mayMake && (
                <Button size="xs" variant="default" onClick={() => make(source, address)}>
                  {t('users.unknown.make')}
                </Button>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </WideTable>
  );
}
