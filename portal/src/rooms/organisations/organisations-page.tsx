import { Button, Skeleton, Text } from '@mantine/core';
import { IconBuilding } from '@tabler/icons-react';
import { useNavigate, useRouteContext, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { itemsOf } from '../../api/pages.ts';
import { Empty } from '../../ui/empty.tsx';
import { More } from '../../ui/more.tsx';
import { Page } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { OrganisationEditor } from './organisation-editor.tsx';
import { OrganisationTable } from './organisation-table.tsx';
import { useOrganisations } from './organisations.ts';

export function OrganisationsPage() {
  const { t } = useTranslation();
  const { me } = useRouteContext({ from: '/inside' });
  const { q } = useSearch({ from: '/inside/operator/organisations' });
  const navigate = useNavigate({ from: '/operator/organisations' });
  const [edited, setEdited] = useState<{ id: string } | 'new'>();
  const pages = useOrganisations(q);
  const items = itemsOf(pages.data);
  const isEmpty = pages.isSuccess && items.length === 0;
  const make = me.may_write && <Button onClick={() => setEdited('new')}>{t('organisations.make')}</Button>;
  return (
    <Page
      title={t('organisations.title')}
      about={t('organisations.about')}
      actions={!(isEmpty && q === undefined) && make}
    >
      {!(isEmpty && q === undefined) && (
        <SearchField
          label={t('organisations.search')}
          sought={q}
          seek={(sought) => void navigate({ search: { q: sought }, replace: true })}
        />
      )}
      <Problem problem={pages.error} retry={() => void pages.refetch()} />
      {pages.isPending && <Skeleton h={240} />}
      {isEmpty && q === undefined && (
        <Empty icon={IconBuilding} title={t('organisations.empty')} action={make}>
          {t('organisations.emptyText')}
        </Empty>
      )}
      {isEmpty && q !== undefined && <Text>{t('organisations.notFound', { q })}</Text>}
      {items.length > 0 && (
        <OrganisationTable items={items} mayChange={me.may_write} change={(id) => setEdited({ id })} />
      )}
      <More pages={pages} />
      <OrganisationEditor edited={edited} close={() => setEdited(undefined)} />
    </Page>
  );
}
