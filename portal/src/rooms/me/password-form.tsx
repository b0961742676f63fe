import { Alert, Button, PasswordInput, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/client.ts';
import { fieldErrorsOf } from '../../api/problem.ts';
import { Problem } from '../../ui/problem.tsx';
import { SESSIONS } from './sessions.tsx';

export function PasswordForm() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const form = useForm({ initialValues: { current_password: '', new_password: '' } });
  const change = queries.useMutation('put', '/api/v1/me/password', {
    onError: (error) => form.setErrors(fieldErrorsOf(error)),
    async onSuccess() {
      form.reset();
      await queryClient.invalidateQueries({ queryKey: ['get', SESSIONS] });
    },
  });
  return (
    <form onSubmit={form.onSubmit((body) => change.mutate({ body }))}>
      <Stack maw={420}>
        <Text c="dimmed" size="sm">
          {t('me.password.about')}
        </Text>
        <PasswordInput
          required
          autoComplete="current-password"
          label={t('me.password.current')}
          {...form.getInputProps('current_password')}
        />
        <PasswordInput
          required
          autoComplete="new-password"
          label={t('me.password.new')}
          {...form.getInputProps('new_password')}
        />
        <Problem problem={change.error} />
        {change.isSuccess && (
          <Alert color="green" role="status">
            {t('me.password.done')}
          </Alert>
        )}
        <Button type="submit" loading={change.isPending}>
          {t('me.password.submit')}
        </Button>
      </Stack>
    </form>
  );
}
