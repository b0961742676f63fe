/** What can be done with one account: change it, a link for a new password, remove it. */
import { Button, Group, Modal, Select, Skeleton, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouteContext } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ApiProblem, fieldErrorsOf } from '../../api/problem.ts';
import { Problem } from '../../ui/problem.tsx';
import type { Account, Accounts, Role } from './accounts.ts';
import { LinkMade } from './link-made.tsx';

export interface Asked {
  to: 'change' | 'reset' | 'remove';
  account: Account;
}

interface Props {
  asked: Asked | undefined;
  close: () => void;
  accounts: Accounts;
}

const DOES = { change: Change, reset: Reset, remove: Remove } as const;

export function AccountDialog({ asked, close, accounts }: Props) {
  const { t } = useTranslation();
  if (asked === undefined) return null;
  const { to, account } = asked;
  const Does = DOES[to];
  return (
    <Modal
      opened
      onClose={close}
      title={t(`accounts.${to}.title`, { name: account.name })}
      closeButtonProps={{ 'aria-label': t('ui.close') }}
    >
      <Does account={account} accounts={accounts} close={close} />
    </Modal>
  );
}

interface DialogProps {
  account: Account;
  accounts: Accounts;
  close: () => void;
}

function Change({ account: { id }, accounts, close }: DialogProps) {
  const read = useQuery({ queryKey: ['account', id], queryFn: () => accounts.read(id), gcTime: 0 });
  if (read.error) return <Problem problem={read.error} />;
  if (read.data === undefined) return <Skeleton height={260} />;
  const { account, etag } = read.data;
  return (
    <ChangeForm
      key={etag}
      account={account}
      etag={etag}
      accounts={accounts}
      close={close}
      reload={() => void read.refetch()}
    />
  );
}

function ChangeForm(props: DialogProps & { etag: string; reload: () => void }) {
  const { account, etag, accounts, close, reload } = props;
  const { t } = useTranslation();
  const { me } = useRouteContext({ from: '/inside' });
  const isOwn = me.id === account.id;
  const form = useForm({
    initialValues: { name: account.name, role: account.role, mayLogIn: !account.disabled },
  });
  const change = useMutation({
    mutationFn: ({ name, role, mayLogIn }: typeof form.values) =>
      accounts.change(account.id, { name, role, disabled: !mayLogIn }, etag),
    onSuccess: close,
    onError: (error) => form.setErrors(fieldErrorsOf(error)),
  });
  const isStale = change.error instanceof ApiProblem && change.error.code === 'CHANGED_MEANWHILE';
  const roles: readonly Role[] = account.role === 'operator' ? ['operator'] : ['administrator', 'viewer'];
  return (
    <form onSubmit={form.onSubmit((values) => change.mutate(values))}>
      <Stack>
        <TextInput required data-autofocus label={t('accounts.name')} {...form.getInputProps('name')} />
        <Select
          label={t('accounts.role')}
          allowDeselect={false}
          disabled={isOwn || roles.length === 1}
          description={isOwn ? t('accounts.change.own') : undefined}
          data={roles.map((value) => ({ value, label: t(`accounts.roleMay.${value}`) }))}
          {...form.getInputProps('role')}
        />
        <Switch
          label={t('accounts.change.mayLogIn')}
          description={t('accounts.change.mayLogInAbout')}
          disabled={isOwn}
          {...form.getInputProps('mayLogIn', { type: 'checkbox' })}
        />
        <Problem problem={change.error} {...(isStale && { retry: reload })} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t('ui.cancel')}
          </Button>
          <Button type="submit" loading={change.isPending}>
            {t('accounts.change.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Reset({ account: { id, name, email }, accounts, close }: DialogProps) {
  const { t } = useTranslation();
  const reset = useMutation({ mutationFn: () => accounts.resetPassword(id) });
  if (reset.isSuccess) return <LinkMade made={reset.data} email={email} close={close} />;
  return (
    <Stack>
      <Text>{t('accounts.reset.about', { name })}</Text>
      <Problem problem={reset.error} />
      <Button data-autofocus loading={reset.isPending} onClick={() => reset.mutate()}>
        {t('accounts.reset.submit')}
      </Button>
    </Stack>
  );
}

function Remove({ account: { id }, accounts, close }: DialogProps) {
  const { t } = useTranslation();
  const removal = useMutation({ mutationFn: () => accounts.remove(id), onSuccess: close });
  return (
    <Stack>
      <Text>{t('accounts.remove.question')}</Text>
      <Problem problem={removal.error} />
      <Group justify="flex-end">
        <Button variant="default" data-autofocus onClick={close}>
          {t('ui.cancel')}
        </Button>
        <Button color="red" loading={removal.isPending} onClick={() => removal.mutate()}>
          {t('accounts.remove.submit')}
        </Button>
      </Group>
    </Stack>
  );
}
