import { Box, Button, Select, SimpleGrid, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { TimeField } from '../../ui/time-field.tsx';
import { usePeople } from './entries.ts';
import { THINGS, type Filters } from './filters.ts';

interface Props {
  filters: Filters;
  change: (filters: Filters) => void;
}

export function FilterBar({ filters, change }: Props) {
  const { t } = useTranslation();
  const people = usePeople();
  const set = (some: Filters) => change({ ...filters, ...some });
  const { actor } = filters;
  const isKnown = actor === undefined || people.some(({ id }) => id === actor);
  return (
    <Box component="search" aria-label={t('audit.filters')}>
      <Stack gap="sm" align="flex-start">
        <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="sm" verticalSpacing="sm" w="100%">
          <Select
            label={t('audit.thing')}
            allowDeselect={false}
            value={filters.thing ?? ''}
            data={[
              { value: '', label: t('audit.any') },
              ...THINGS.map((value) => ({ value, label: t(`audit.things.${value}`) })),
            ]}
            onChange={(chosen) => set({ thing: THINGS.find((one) => one === chosen), id: undefined })}
          />
          <Select
            label={t('audit.who')}
            searchable
            allowDeselect={false}
            value={actor ?? ''}
            data={[
              { value: '', label: t('audit.whoHint') },
              ...people.map(({ id, name, email }) => ({ value: id, label: `${name} (${email})` })),
              ...(isKnown ? [] : [{ value: actor, label: actor }]),
            ]}
            onChange={(chosen) => set({ actor: chosen === null || chosen === '' ? undefined : chosen })}
          />
          {(['from', 'until'] as const).map((end) => (
            <TimeField
              key={end}
              label={t(`audit.${end}`)}
              value={filters[end]}
              set={(time) => set({ [end]: time })}
            />
          ))}
        </SimpleGrid>
        {Object.keys(filters).length > 0 && (
          <Button size="xs" variant="default" onClick={() => change({})}>
            {t('audit.clear')}
          </Button>
        )}
      </Stack>
    </Box>
  );
}
