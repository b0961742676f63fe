import { Button, Group, Skeleton, Text } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { useNavigate, useParams, useRouteContext, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { itemsOf } from '../../api/pages.ts';
import { Empty } from '../../ui/empty.tsx';
import { ButtonLink } from '../../ui/link.tsx';
import { More } from '../../ui/more.tsx';
import { Page } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { ExportButton } from './export-button.tsx';
import { NOBODY, UserEditor, type Edited } from './user-editor.tsx';
import { UserTable } from './user-table.tsx';
import { useMayAddPhones, useUsers } from './users.ts';

export function UsersPage() {
  const { t } = useTranslation();
  const { me } = useRouteContext({ from: '/inside' });
  const { q } = useSearch({ from: '/inside/o/$organisation/users' });
  const navigate = useNavigate({ from: '/o/$organisation/users' });
  const [edited, setEdited] = useState<Edited>();
  const pages = useUsers(q);
  const items = itemsOf(pages.data);
  const hasNone = pages.isSuccess && items.length === 0;
  const isEmpty = hasNone && q === undefined;
  const ways = me.may_write && <Ways add={() => setEdited({ is: 'new', start: NOBODY })} />;
  return (
    <Page
      title={t('users.title')}
      about={t('users.about')}
      actions={
        !isEmpty && (
          <>
            <ExportButton />
            {ways}
          </>
        )
      }
    >
      {!isEmpty && (
        <SearchField
          label={t('users.search')}
          sought={q}
          seek={(sought) => void navigate({ search: { q: sought }, replace: true })}
        />
      )}
      <Problem problem={pages.error} retry={() => void pages.refetch()} />
      {pages.isPending && <Skeleton h={320} />}
      {isEmpty && (
        <Empty icon={IconUsers} title={t('users.empty')} action={<Group justify="center">{ways}</Group>}>
          {t(me.may_write ? 'users.emptyText' : 'users.emptyForViewers')}
        </Empty>
      )}
      {hasNone && q !== undefined && <Text>{t('users.notFound', { q })}</Text>}
      {items.length > 0 && (
        <UserTable
          items={items}
          mayChange={me.may_write}
          change={(userId) => setEdited({ is: 'there', userId })}
        />
      )}
      <More pages={pages} />
      <UserEditor edited={edited} close={() => setEdited(undefined)} />
    </Page>
  );
}

/** One by one, many at once, or what the phone systems show. */
function Ways({ add }: { add: () => void }) {
  const { t } = useTranslation();
  const mayAdd = useMayAddPhones();
  const { organisation } = useParams({ from: '/inside/o/$organisation' });
  return (
    <>
      {mayAdd && (
        <ButtonLink variant="default" to="/o/$organisation/users/unknown-phones" params={{ organisation }}>
          {t('users.unknown.lead')}
        </ButtonLink>
      )}
      <ButtonLink variant="default" to="/o/$organisation/users/import" params={{ organisation }}>
        {t('users.import.lead')}
      </ButtonLink>
      <Button onClick={add}>{t('users.add')}</Button>
    </>
  );
}
