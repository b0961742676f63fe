/** Success and latency over time: as pictures, and the same as a table. */
import { Button, Collapse, Group, Skeleton, Stack, Table, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { durationWords } from '../../ui/duration.ts';
import { Facts } from '../../ui/facts.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Time } from '../../ui/time.tsx';
import { WideTable } from '../../ui/wide-table.tsx';
import { AttemptsChart, LatencyChart } from './chart.tsx';
import type { Place } from './endpoints.ts';
import { sumOf, useFigures, type Figures } from './figures.ts';
import { percentWords } from './percent.ts';
import type { Span } from './search.ts';

export function FiguresPanel({ place, span }: { place: Place; span: Span }) {
  const { t, i18n } = useTranslation();
  const [opened, { toggle }] = useDisclosure();
  const { asked, steps } = useFigures(place, span);
  if (steps === undefined) return asked.error ? <Problem problem={asked.error} /> : <Skeleton height={330} />;
  const { delivered, failed, success, usualMs } = sumOf(steps);
  if (success === undefined) return <Text c="dimmed">{t('endpoints.figures.nothing')}</Text>;
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <Stack>
      <Facts
        facts={[
          [t('endpoints.figures.success'), percentWords(i18n.language, success)],
          [t('endpoints.figures.delivered'), number.format(delivered)],
          [t('endpoints.figures.failed'), number.format(failed)],
          [
            t('endpoints.figures.latency'),
            usualMs === undefined ? t('endpoints.test.none') : durationWords(i18n.language, usualMs),
          ],
        ]}
      />
      <AttemptsChart steps={steps} span={span} />
      <LatencyChart steps={steps} span={span} />
      <Group>
        <Button variant="default" size="xs" aria-expanded={opened} onClick={toggle}>
          {t(opened ? 'endpoints.figures.hideTable' : 'endpoints.figures.showTable')}
        </Button>
      </Group>
      <Collapse expanded={opened}>
        <FiguresTable
          steps={steps.filter((one) => one.delivered + one.failed + one.expired + one.dead > 0)}
        />
      </Collapse>
    </Stack>
  );
}

function FiguresTable({ steps }: { steps: readonly Figures[] }) {
  const { t, i18n } = useTranslation();
  const ms = (value: number | undefined) => (value === undefined ? '' : durationWords(i18n.language, value));
  return (
    <WideTable label={t('endpoints.figures.caption')} minWidth={560}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('endpoints.figures.at')}</Table.Th>
          <Table.Th>{t('endpoints.figures.delivered')}</Table.Th>
          <Table.Th>{t('endpoints.figures.failed')}</Table.Th>
          <Table.Th>{t('endpoints.figures.expired')}</Table.Th>
          <Table.Th>{t('endpoints.figures.p50')}</Table.Th>
          <Table.Th>{t('endpoints.figures.p95')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {steps.map(({ at, delivered, failed, expired, dead, latency_ms }) => (
          <Table.Tr key={at}>
            <Table.Td>
              <Time at={at} />
            </Table.Td>
            <Table.Td>{delivered}</Table.Td>
            <Table.Td>{failed}</Table.Td>
            <Table.Td>{expired + dead}</Table.Td>
            <Table.Td>{ms(latency_ms?.p50)}</Table.Td>
            <Table.Td>{ms(latency_ms?.p95)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </WideTable>
  );
}
