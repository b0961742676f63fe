import { Alert, PasswordInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/client.ts';
import { become } from '../../api/session.ts';
import { TextLink } from '../../ui/link.tsx';
import { FormFrame } from './form-frame.tsx';

export function LoginPage() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const { to } = useSearch({ from: '/outside/login' });
  const form = useForm({ initialValues: { email: '', password: '' } });
  const setUp = queries.useQuery('get', '/api/v1/set-up');
  const login = queries.useMutation('post', '/api/v1/login', {
    async onSuccess(me) {
      become(queryClient, me);
      await navigate({ href: to ?? '/' });
    },
  });
  return (
    <FormFrame
      title={t('signIn.login.title')}
      submit={t('signIn.login.submit')}
      problem={login.error}
      isBusy={login.isPending}
      onSubmit={form.onSubmit((body) => login.mutate({ body }))}
      after={
        <TextLink to="/forgotten-password" size="sm">
          {t('signIn.login.forgotten')}
        </TextLink>
      }
    >
      {setUp.data?.needed === true && <Alert>{t('signIn.login.setUpNeeded')}</Alert>}
      <TextInput
        type="email"
        autoComplete="username"
        required
        label={t('signIn.login.email')}
        {...form.getInputProps('email')}
      />
      <PasswordInput
        autoComplete="current-password"
        required
        label={t('signIn.login.password')}
        {...form.getInputProps('password')}
      />
    </FormFrame>
  );
}
