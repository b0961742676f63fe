import { Button, Loader } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconKey } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { itemsOf } from '../../api/pages.ts';
import { Empty } from '../../ui/empty.tsx';
import { More } from '../../ui/more.tsx';
import { Page } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { KeyTable } from './key-table.tsx';
import { useKeys } from './keys.ts';
import { MakeKey } from './make-key.tsx';

export function ApiKeysPage() {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  const keys = useKeys();
  const items = itemsOf(keys.pages.data);
  const make = <Button onClick={open}>{t('apiKeys.make')}</Button>;
  return (
    <Page title={t('apiKeys.title')} about={t('apiKeys.about')} actions={items.length > 0 && make}>
      <Problem problem={keys.pages.error} />
      {keys.pages.isPending && <Loader />}
      {keys.pages.isSuccess && items.length === 0 && (
        <Empty icon={IconKey} title={t('apiKeys.empty')} action={make}>
          {t('apiKeys.emptyText')}
        </Empty>
      )}
      {items.length > 0 && <KeyTable items={items} remove={keys.remove} />}
      <More pages={keys.pages} />
      <MakeKey opened={opened} close={close} make={keys.make} hasIngest={keys.organisation === undefined} />
    </Page>
  );
}
