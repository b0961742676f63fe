/** How each phone system is, in one line; more on its own page. */
import { Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client.ts';
import { TextLink } from '../../ui/link.tsx';
import { Time } from '../../ui/time.tsx';
import { WideTable } from '../../ui/wide-table.tsx';
import classes from './installation-page.module.css';
import { StateBadge } from '../sources/state-badge.tsx';

export function SourceTable({ sources }: { sources: readonly Schemas['SourceState'][] }) {
  const { t } = useTranslation();
  return (
    <WideTable label={t('installation.sources')} minWidth={600}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('installation.source')}</Table.Th>
          <Table.Th>{t('installation.state')}</Table.Th>
          <Table.Th>{t('installation.since')}</Table.Th>
          <Table.Th>{t('sources.facts.lastEvent')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {sources.map((source) => (
          <Table.Tr key={source.id}>
            <Table.Td>
              <TextLink to="/operator/sources/$source" params={{ source: source.id }}>
                {source.id}
              </TextLink>
              {source.advice !== undefined && (
                <Text size="sm" lang="en">
                  {source.advice}
                </Text>
              )}
            </Table.Td>
            <Table.Td>
              <StateBadge state={source} />
            </Table.Td>
            <Table.Td className={classes.moment}>
              {source.since !== null && <Time at={source.since} />}
            </Table.Td>
            <Table.Td className={classes.moment}>
              {source.last_event_at === null ? (
                t('sources.facts.none')
              ) : (
                <Time at={source.last_event_at} as="moment" />
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </WideTable>
  );
}
