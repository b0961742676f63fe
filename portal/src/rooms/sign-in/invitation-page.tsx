/** The one-time link of an invitation. */
import { PasswordInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/client.ts';
import { fieldErrorsOf } from '../../api/problem.ts';
import { become } from '../../api/session.ts';
import { FormFrame } from './form-frame.tsx';
import { useLinkToken } from './link-token.ts';

export function InvitationPage() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const token = useLinkToken();
  const form = useForm({ initialValues: { name: '', password: '' } });
  const accept = queries.useMutation('post', '/api/v1/invitations/accept', {
    onError: (error) => form.setErrors(fieldErrorsOf(error)),
    async onSuccess(me) {
      become(queryClient, me);
      await navigate({ to: '/' });
    },
  });
  return (
    <FormFrame
      title={t('signIn.invitation.title')}
      about={t('signIn.invitation.about')}
      submit={t('signIn.invitation.submit')}
      problem={accept.error}
      isBusy={accept.isPending}
      token={token}
      onSubmit={form.onSubmit((person) => accept.mutate({ body: { token, ...person } }))}
    >
      <TextInput
        autoComplete="name"
        required
        label={t('signIn.setUp.name')}
        {...form.getInputProps('name')}
      />
      <PasswordInput
        autoComplete="new-password"
        required
        label={t('signIn.login.password')}
        description={t('signIn.rule')}
        {...form.getInputProps('password')}
      />
    </FormFrame>
  );
}
