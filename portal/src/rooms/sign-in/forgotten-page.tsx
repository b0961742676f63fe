import { Alert, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/client.ts';
import { fieldErrorsOf } from '../../api/problem.ts';
import { TextLink } from '../../ui/link.tsx';
import { FormFrame } from './form-frame.tsx';

export function ForgottenPage() {
  const { t } = useTranslation();
  const form = useForm({ initialValues: { email: '' } });
  const asked = queries.useMutation('post', '/api/v1/password-resets', {
    onError: (error) => form.setErrors(fieldErrorsOf(error)),
  });
  return (
    <FormFrame
      title={t('signIn.forgotten.title')}
      about={t('signIn.forgotten.about')}
      submit={t('signIn.forgotten.submit')}
      problem={asked.error}
      isBusy={asked.isPending}
      onSubmit={form.onSubmit((body) => asked.mutate({ body }))}
      after={
        <TextLink to="/login" search={{}} size="sm">
          {t('signIn.forgotten.back')}
        </TextLink>
      }
    >
      <TextInput
        type="email"
        autoComplete="username"
        required
        label={t('signIn.login.email')}
        {...form.getInputProps('email')}
      />
      {asked.isSuccess && <Alert role="status">{asked.data.says}</Alert>}
    </FormFrame>
  );
}
