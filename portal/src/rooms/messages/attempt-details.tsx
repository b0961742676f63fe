/** What one try tells: what to do, what the receiver said, where the time went, whom it reached, the headers. */
import { Code, Stack, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Facts } from '../../ui/facts.tsx';
import { Time } from '../../ui/time.tsx';
import { codeWords } from './failure-words.ts';
import type { Attempt } from './messages.ts';
import { Timings } from './timings.tsx';

export function AttemptDetails({ attempt }: { attempt: Attempt }) {
  const { t, i18n } = useTranslation();
  const { outcome, detail, status_code, timings, request_headers, response_headers } = attempt;
  const { address, tls_version, certificate_ends_at, reused } = attempt;
  const { todo } = codeWords(i18n, outcome);
  const connection = [
    ...(address === undefined ? [] : [address]),
    ...(tls_version === undefined ? [] : [tls_version]),
    ...(reused === true ? [t('messages.attempt.reused')] : []),
  ];
  return (
    <Stack>
      <Facts
        facts={[
          ...(todo === '' ? [] : [[t('messages.attempt.todo'), todo] as const]),
          ...(detail === undefined ? [] : [[t('messages.attempt.detail'), detail] as const]),
          ...(status_code === undefined ? [] : [[t('messages.attempt.status'), status_code] as const]),
          ...(connection.length === 0
            ? []
            : [[t('messages.attempt.connection'), connection.join(' · ')] as const]),
          ...(certificate_ends_at === undefined
            ? []
            : [[t('messages.attempt.certificate'), <Time key="ends" at={certificate_ends_at} />] as const]),
        ]}
      />
      {timings !== undefined && <Timings timings={timings} />}
      <Headers title={t('messages.attempt.request')} headers={request_headers} />
      {response_headers !== undefined && (
        <Headers title={t('messages.attempt.response')} headers={response_headers} />
      )}
    </Stack>
  );
}

function Headers({ title, headers }: { title: string; headers: Record<string, string> }) {
  const { t } = useTranslation();
  const all = Object.entries(headers);
  if (all.length === 0) return null;
  return (
    <Table withTableBorder layout="fixed" captionSide="top" verticalSpacing={4}>
      <Table.Caption ta="left">{title}</Table.Caption>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w="40%">{t('messages.attempt.header')}</Table.Th>
          <Table.Th>{t('messages.attempt.value')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {all.map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Td>
              <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                {name}
              </Text>
            </Table.Td>
            <Table.Td>
              <Code style={{ overflowWrap: 'anywhere' }}>{value}</Code>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
