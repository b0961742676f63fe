import { Stack, Table, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client.ts';
import { TextLink } from '../../ui/link.tsx';
import { HealthSign } from '../endpoints/health.tsx';
import { codeWords } from '../messages/failure-words.ts';
import { WideTable } from '../../ui/wide-table.tsx';

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
            {endpoints.map(({ organisation, ...endpoint }) => (
              <Table.Tr key={`${organisation}/${endpoint.id}`}>
                <Table.Td>
                  <TextLink
                    to="/o/$organisation/endpoints/$endpoint"
                    params={{ organisation, endpoint: endpoint.id }}
                  >
                    {organisation} / {endpoint.id}
                  </TextLink>
                  <Text size="sm" c="dimmed">
                    {endpoint.host}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <HealthSign state={endpoint} />
                </Table.Td>
                <Table.Td>{endpoint.waiting}</Table.Td>
                <Table.Td>
                  <Reason endpoint={endpoint} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </WideTable>
      )}
    </Stack>
  );
}

/** In the reader's language where there are words for it. */
function Reason({ endpoint }: { endpoint: Schemas['EndpointState'] }) {
  const { i18n } = useTranslation();
  const { health, last_attempt: last } = endpoint;
  if (health.reason === undefined) return null;
  return last === undefined || last.outcome === 'delivered' ? (
    <span lang="en">{health.reason}</span>
  ) : (
    codeWords(i18n, last.outcome).title
  );
}
