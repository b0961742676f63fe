import { Button, Skeleton, Stack } from '@mantine/core';
import { IconDownload, IconHistory } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { itemsOf } from '../../api/pages.ts';
import { Empty } from '../../ui/empty.tsx';
import { More } from '../../ui/more.tsx';
import { Page } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { useEntries } from './entries.ts';
import { EntryTable } from './entry-table.tsx';
import { FilterBar } from './filter-bar.tsx';
import { readFilters, type Filters } from './filters.ts';

export function AuditPage() {
  const { t } = useTranslation();
  const filters = readFilters(useSearch({ strict: false }));
  const navigate = useNavigate();
  const change = (search: Filters) => void navigate({ to: '.', search, replace: true });
  const { entries, download } = useEntries(filters);
  const items = itemsOf(entries.data);
  const isNarrowed = Object.keys(filters).length > 0;
  return (
    <Page
      title={t('audit.title')}
      about={t('audit.about')}
      actions={
        <Button
          component="a"
          href={download}
          download="audit.ndjson"
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          {t('audit.download')}
        </Button>
      }
    >
      <FilterBar filters={filters} change={change} />
      <Stack>
        <Problem problem={entries.error} retry={() => void entries.refetch()} />
        {entries.isPending && <Skeleton height={480} />}
        {entries.isSuccess && items.length === 0 && (
          <Empty icon={IconHistory} title={t(isNarrowed ? 'audit.nothing' : 'audit.empty')}>
            {t(isNarrowed ? 'audit.nothingText' : 'audit.emptyText')}
          </Empty>
        )}
        {items.length > 0 && (
          <EntryTable items={items} onlyActor={(actor) => change({ ...filters, actor })} />
        )}
        <More pages={entries} />
      </Stack>
    </Page>
  );
}
