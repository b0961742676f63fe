/** Of which time: a span that moves with the clock, or one from … to. */
import { Group, Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { TimeField } from '../../ui/time-field.tsx';
import { PERIODS, spanOf, type Filters } from './filters.ts';

interface Props {
  filters: Filters;
  set: (some: Filters) => void;
}

export function SpanFilter({ filters, set }: Props) {
  const { t } = useTranslation();
  const { period } = filters;
  return (
    <Select
      label={t('messages.filters.period')}
      allowDeselect={false}
      value={period ?? (isChosen(filters) ? 'chosen' : 'any')}
      data={(['any', ...PERIODS, 'chosen'] as const).map((value) => ({
        value,
        label: t(`messages.filters.periods.${value}`),
      }))}
      onChange={(value) => {
        const chosen = value === 'chosen' ? spanOf(period ?? 'today', Date.now()) : undefined;
        set({ period: PERIODS.find((one) => one === value), from: chosen?.from, to: chosen?.to });
      }}
    />
  );
}

export function ChosenSpan({ filters, set }: Props) {
  const { t } = useTranslation();
  if (!isChosen(filters)) return null;
  return (
    <Group gap="sm">
      {(['from', 'to'] as const).map((end) => (
        <TimeField
          key={end}
          label={t(`messages.filters.${end}`)}
          value={filters[end]}
          set={(time) => set({ [end]: time })}
        />
      ))}
    </Group>
  );
}

function isChosen({ from, to }: Filters): boolean {
  return from !== undefined || to !== undefined;
}
