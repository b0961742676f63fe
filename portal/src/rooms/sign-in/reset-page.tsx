/** The one-time link of somebody who has forgotten the password. */
import { Alert, PasswordInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/client.ts';
import { fieldErrorsOf } from '../../api/problem.ts';
import { TextLink } from '../../ui/link.tsx';
import { FormFrame } from './form-frame.tsx';
import { useLinkToken } from './link-token.ts';

export function ResetPage() {
  const { t } = useTranslation();
  const token = useLinkToken();
  const form = useForm({ initialValues: { password: '' } });
  const reset = queries.useMutation('post', '/api/v1/password-resets/use', {
    onError: (error) => form.setErrors(fieldErrorsOf(error)),
  });
  if (reset.isSuccess) {
    return (
      <Alert color="green" role="status">
        {t('signIn.reset.done')}{' '}
        <TextLink to="/login" search={{}}>
          {t('signIn.login.submit')}
        </TextLink>
      </Alert>
    );
  }
  return (
    <FormFrame
      title={t('signIn.reset.title')}
      about={t('signIn.reset.about')}
      submit={t('signIn.reset.submit')}
      problem={reset.error}
      isBusy={reset.isPending}
      token={token}
      onSubmit={form.onSubmit(({ password }) => reset.mutate({ body: { token, password } }))}
    >
      <PasswordInput
        autoComplete="new-password"
        required
        label={t('signIn.newPassword')}
        description={t('signIn.rule')}
        {...form.getInputProps('password')}
      />
    </FormFrame>
  );
}
