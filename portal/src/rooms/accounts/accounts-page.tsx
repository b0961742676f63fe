import { Button, Skeleton, Stack, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconUserPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useState } from 'react';
import { itemsOf } from '../../api/pages.ts';
import { Empty } from '../../ui/empty.tsx';
import { More } from '../../ui/more.tsx';
import { Page } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { AccountDialog, type Asked } from './account-dialog.tsx';
import { AccountTable } from './account-table.tsx';
import { useAccounts } from './accounts.ts';
import { InvitationTable } from './invitation-table.tsx';
import { Invite } from './invite.tsx';

export function AccountsPage() {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  const [asked, setAsked] = useState<Asked>();
  const all = useAccounts();
  const { accounts, invitations, organisation } = all;
  const people = itemsOf(accounts.data);
  return (
    <Page
      title={t('accounts.title')}
      about={t('accounts.about')}
      actions={<Button onClick={open}>{t('accounts.invite.open')}</Button>}
    >
      <Problem problem={accounts.error ?? invitations.error} />
      {accounts.isPending && <Skeleton height={240} />}
      {accounts.isSuccess && people.length === 0 && (
        <Empty icon={IconUserPlus} title={t('accounts.empty')}>
          {t('accounts.emptyText')}
        </Empty>
      )}
      {people.length > 0 && (
        <AccountTable items={people} hasOrganisations={organisation === undefined} ask={setAsked} />
      )}
      <More pages={accounts} />
      <Stack gap="sm">
        <Title order={2} size="h4">
          {t('accounts.open.title')}
        </Title>
        {invitations.isSuccess && (
          <InvitationTable
            items={itemsOf(invitations.data)}
            hasOrganisations={organisation === undefined}
            takeBack={all.takeBack}
          />
        )}
        <More pages={invitations} />
      </Stack>
      <Invite opened={opened} close={close} invite={all.invite} isOperators={organisation === undefined} />
      <AccountDialog asked={asked} close={() => setAsked(undefined)} accounts={all} />
    </Page>
  );
}
