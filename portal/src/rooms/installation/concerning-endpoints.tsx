import { Badge, Stack, Table, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client.ts';
import { TextLink } from '../../ui/link.tsx';
import { WideTable } from '../../ui/wide-table.tsx';

const COLOURS = {
  healthy: 'teal.9',
  failing: 'yellow.9',
  paused: 'red.9',
  probing: 'yellow.9',
  recovering: 'blue.9',
  disabled: 'gray.7',
} as const;

export function ConcerningEndpoints({
  endpoints,
}: {
  endpoints: Schemas['Overview']['endpoints']['concerning'];
}) {
  const { t } = useTranslation();
  return (
    <Stack gap="xs">
      <Title order={2} size="h4">
        {t('installation.endpoints')}
      </Title>
      {endpoints.length === 0 ? (
        <Text c="dimmed">{t('installation.allWell')}</Text>
      ) : (
        <WideTable label={t('installation.endpoints')} minWidth={600}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('installation.endpoint')}</Table.Th>
              <Table.Th>{t('installation.state')}</Table.Th>
              <Table.Th>{t('installation.waiting')}</Table.Th>
              <Table.Th>{t('installation.reason')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {endpoints.map(({ organisation, id, host, health, waiting }) => (
              <Table.Tr key={`${organisation}/${id}`}>
                <Table.Td>
                  <TextLink to="/o/$organisation/endpoints" params={{ organisation }}>
                    {organisation} / {id}
                  </TextLink>
                  <Text size="sm" c="dimmed">
                    {host}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <Badge color={COLOURS[health.state]} variant="filled" tt="none">
                    {t(`installation.states.${health.state}`)}
                  </Badge>
                </Table.Td>
                <Table.Td>{waiting}</Table.Td>
                <Table.Td>{health.reason}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </WideTable>
      )}
    </Stack>
  );
}
