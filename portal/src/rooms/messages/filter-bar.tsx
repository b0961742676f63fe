import { Box, Button, Group, Select, SimpleGrid, Stack } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { TypedFilter } from '../../ui/typed-filter.tsx';
import { OUTCOMES, STATES, type Filters } from './filters.ts';
import { useEndpoints } from './messages.ts';
import { ChosenSpan, SpanFilter } from './span-filter.tsx';

interface Props {
  filters: Filters;
  change: (filters: Filters) => void;
}

export function FilterBar({ filters, change }: Props) {
  const { t } = useTranslation();
  const endpoints = useEndpoints();
  const set = (some: Filters) => change({ ...filters, ...some });
  const any = { value: '', label: t('messages.filters.any') };
  const names = new Set(endpoints.data?.items.map(({ id }) => id));
  if (filters.endpoint !== undefined) names.add(filters.endpoint);
  return (
    <Box component="search" aria-label={t('messages.filters.title')}>
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 2, md: 3, xl: 6 }} spacing="sm" verticalSpacing="sm">
          <TypedFilter
            label={t('messages.filters.text')}
            hint={t('messages.filters.textHint')}
            value={filters.text}
            set={(text) => set({ text })}
          />
          <Choice
            label={t('messages.filters.outcome')}
            value={filters.outcome}
            data={[any, ...OUTCOMES.map((value) => ({ value, label: t(`messages.outcomes.${value}`) }))]}
            set={(chosen) => set({ outcome: OUTCOMES.find((one) => one === chosen) })}
          />
          <SpanFilter filters={filters} set={set} />
          <Choice
            label={t('messages.filters.endpoint')}
            value={filters.endpoint}
            data={[any, ...[...names].map((value) => ({ value, label: value }))]}
            set={(endpoint) => set({ endpoint: endpoint === '' ? undefined : endpoint })}
          />
          <Choice
            label={t('messages.filters.state')}
            value={filters.state}
            data={[any, ...STATES.map((value) => ({ value, label: t(`messages.states.${value}`) }))]}
            set={(chosen) => set({ state: STATES.find((one) => one === chosen) })}
          />
          <TypedFilter
            label={t('messages.filters.user')}
            hint={t('messages.filters.userHint')}
            value={filters.user}
            set={(user) => set({ user })}
          />
        </SimpleGrid>
        <ChosenSpan filters={filters} set={set} />
        {Object.keys(filters).length > 0 && (
          <Group gap="xs">
            {filters.call !== undefined && (
              <Button
                size="xs"
                variant="default"
                rightSection={<IconX size={14} aria-hidden />}
                onClick={() => set({ call: undefined })}
              >
                {t('messages.filters.call')}
              </Button>
            )}
            <Button size="xs" variant="default" onClick={() => change({})}>
              {t('messages.filters.clear')}
            </Button>
          </Group>
        )}
      </Stack>
    </Box>
  );
}

interface ChoiceProps {
  label: string;
  value: string | undefined;
  data: { value: string; label: string }[];
  set: (value: string) => void;
}

function Choice({ label, value = '', data, set }: ChoiceProps) {
  return (
    <Select
      label={label}
      data={data}
      value={value}
      allowDeselect={false}
      onChange={(chosen) => set(chosen ?? '')}
    />
  );
}
