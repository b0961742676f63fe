/** The one-time link of the first start: the first operator's account, then the first steps. */
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

export function SetUpPage() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const token = useLinkToken();
  const form = useForm({ initialValues: { name: '', email: '', password: '' } });
  const setUp = queries.useMutation('post', '/api/v1/set-up', {
    onError: (error) => form.setErrors(fieldErrorsOf(error)),
    async onSuccess(me) {
      become(queryClient, me);
      await navigate({ to: '/welcome' });
    },
  });
  return (
    <FormFrame
      title={t('signIn.setUp.title')}
      about={t('signIn.setUp.about')}
      submit={t('signIn.setUp.submit')}
      problem={setUp.error}
      isBusy={setUp.isPending}
      token={token}
      onSubmit={form.onSubmit((person) => setUp.mutate({ body: { token, ...person } }))}
    >
      <TextInput
        autoComplete="name"
        required
        label={t('signIn.setUp.name')}
        {...form.getInputProps('name')}
      />
      <TextInput
        type="email"
        autoComplete="username"
        required
        label={t('signIn.login.email')}
        {...form.getInputProps('email')}
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
