/** The picture as a table. */
import { Table } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../../api/client.ts';
import { Time } from '../../../ui/time.tsx';
import { WideTable } from '../../../ui/wide-table.tsx';

export function CallTable({ timeline: { steps, messages, endpoints } }: { timeline: Schemas['Timeline'] }) {
  const { t, i18n } = useTranslation();
  const hosts = new Map(endpoints.map(({ id, host }) => [id, host]));
  const list = new Intl.ListFormat(i18n.language);
  const came = ({ branch_id, state }: Schemas['Event']) =>
    list.format(
      messages
        .filter(({ body }) => body.branch_id === branch_id && body.state === state)
        .map(
          ({ endpoint, outcome }) => `${hosts.get(endpoint) ?? endpoint}: ${t(`calls.outcomes.${outcome}`)}`,
        ),
    );
  return (
    <details>
      <summary>{t('calls.picture.asTable')}</summary>
      <WideTable minWidth={420} label={t('calls.picture.title')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('calls.picture.at')}</Table.Th>
            <Table.Th>{t('calls.columns.who')}</Table.Th>
            <Table.Th>{t('calls.columns.state')}</Table.Th>
            <Table.Th>{t('calls.messages.title')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {steps.map(({ event }) => {
            const reason = `calls.reasons.${event['termination-reason']}`;
            return (
              <Table.Tr key={`${event.branch_id} ${event.state}`}>
                <Table.Td>
                  <Time at={event.timestamp} as="clock" />
                </Table.Td>
                <Table.Td>{event.local_user_id ?? event.local_number ?? t('calls.somebody')}</Table.Td>
                <Table.Td>
                  {t(`calls.messageStates.${event.state}`)}
                  {i18n.exists(reason) && ` (${t(reason as 'calls.reasons.HANGUP')})`}
                </Table.Td>
                <Table.Td>{came(event)}</Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </WideTable>
    </details>
  );
}
