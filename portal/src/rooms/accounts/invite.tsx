/** Asks whom to invite and as what, then shows the link. */
import { Button, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/client.ts';
import { fieldErrorsOf } from '../../api/problem.ts';
import { Problem } from '../../ui/problem.tsx';
import type { Accounts, Role } from './accounts.ts';
import { LinkMade } from './link-made.tsx';

interface Props {
  opened: boolean;
  close: () => void;
  invite: Accounts['invite'];
  /** Operators invite to any organisation, and other operators. */
  isOperators: boolean;
}

export function Invite({ opened, close, invite, isOperators }: Props) {
  const { t } = useTranslation();
  const form = useForm({
    initialValues: { email: '', role: (isOperators ? 'operator' : 'viewer') as Role, organisation: '' },
  });
  const made = useMutation({
    mutationFn: invite,
    onError: (error) => form.setErrors(fieldErrorsOf(error)),
  });
  const organisations = queries.useQuery(
    'get',
    '/api/v1/organisations',
    { params: { query: { limit: 200 } } },
    { enabled: isOperators && opened },
  );
  const leave = () => {
    close();
    form.reset();
    made.reset();
  };
  const { email, role } = form.values;
  const roles: readonly Role[] = ['viewer', 'administrator', ...(isOperators ? (['operator'] as const) : [])];
  const needsOrganisation = isOperators && role !== 'operator';
  return (
    <Modal
      opened={opened}
      onClose={leave}
      title={t('accounts.invite.title')}
      closeOnClickOutside={!made.isSuccess}
      closeButtonProps={{ 'aria-label': t('ui.close') }}
    >
      {made.isSuccess ? (
        <LinkMade made={made.data} email={email} close={leave} />
      ) : (
        <form
          onSubmit={form.onSubmit(({ organisation }) =>
            made.mutate({ email, role, ...(needsOrganisation && { organisation }) }),
          )}
        >
          <Stack>
            <TextInput
              type="email"
              required
              data-autofocus
              label={t('accounts.email')}
              {...form.getInputProps('email')}
            />
            <Select
              label={t('accounts.role')}
              allowDeselect={false}
              data={roles.map((value) => ({ value, label: t(`accounts.roleMay.${value}`) }))}
              {...form.getInputProps('role')}
            />
            {needsOrganisation && (
              <Select
                required
                searchable
                label={t('accounts.organisation')}
                data={organisations.data?.items.map(({ id, name }) => ({ value: id, label: name })) ?? []}
                {...form.getInputProps('organisation')}
              />
            )}
            <Problem problem={made.error} />
            <Button type="submit" loading={made.isPending}>
              {t('accounts.invite.submit')}
            </Button>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
