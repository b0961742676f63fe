import { Button, Skeleton } from '@mantine/core';
import { IconHash } from '@tabler/icons-react';
import { useRouteContext } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { itemsOf } from '../../api/pages.ts';
import { Empty } from '../../ui/empty.tsx';
import { More } from '../../ui/more.tsx';
import { Page } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { FunctionNumberForm } from './function-number-form.tsx';
import { FunctionNumberTable } from './function-number-table.tsx';
import { useFunctionNumbers, type FunctionNumber } from './function-numbers.ts';

export function FunctionNumbersPage() {
  const { t } = useTranslation();
  const { me } = useRouteContext({ from: '/inside' });
  const [edited, setEdited] = useState<FunctionNumber | 'new'>();
  const { pages, add, change, remove, again } = useFunctionNumbers();
  const items = itemsOf(pages.data);
  const start = edited === 'new' ? undefined : edited;
  const close = () => setEdited(undefined);
  const addButton = me.may_write && (
    <Button onClick={() => setEdited('new')}>{t('functionNumbers.add')}</Button>
  );
  return (
    <Page
      title={t('functionNumbers.title')}
      about={t('functionNumbers.about')}
      actions={items.length > 0 && addButton}
    >
      <Problem problem={pages.error} retry={() => void pages.refetch()} />
      {pages.isPending && <Skeleton h={240} />}
      {pages.isSuccess && items.length === 0 && (
        <Empty icon={IconHash} title={t('functionNumbers.empty')} action={addButton}>
          {t('functionNumbers.emptyText')}
        </Empty>
      )}
      {items.length > 0 && (
        <FunctionNumberTable items={items} mayChange={me.may_write} change={setEdited} remove={remove} />
      )}
      <More pages={pages} />
      {edited !== undefined && (
        <FunctionNumberForm
          start={start}
          save={(one) => (start === undefined ? add(one) : change(one, start))}
          reload={() => void again().then(close)}
          close={close}
        />
      )}
    </Page>
  );
}
