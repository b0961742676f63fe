/** Asks for all that is known of a user. */
import { Button, Stack, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ApiProblem, fieldErrorsOf } from '../../api/problem.ts';
import { useFieldErrorWords } from '../../ui/field-error-words.ts';
import { SaveProblem } from '../../ui/save-problem.tsx';
import { DeviceFields } from './device-fields.tsx';
import type { User } from './user-columns.ts';
import { errorsOnFields, userOf, valuesOf, type UserValues } from './user-values.ts';

interface Props {
  start: User;
  isNew: boolean;
  save: (user: User) => Promise<void>;
  reload: () => void;
}

export function UserForm({ start, isNew, save, reload }: Props) {
  const { t } = useTranslation();
  const word = useFieldErrorWords();
  const form = useForm<UserValues>({ initialValues: valuesOf(start) });
  const saved = useMutation({
    mutationFn: save,
    onError: (error, user) => form.setErrors(errorsOnFields(fieldErrorsOf(error, word), user)),
  });
  // What is there already was not read, so it cannot be changed here.
  const isTaken = isNew && saved.error instanceof ApiProblem && saved.error.code === 'MATCH_NEEDED';
  const write = (email: string) => {
    const follows = isNew && form.values.user_id === form.values.email;
    form.setFieldValue('email', email);
    if (follows) form.setFieldValue('user_id', email);
  };
  return (
    <form onSubmit={form.onSubmit((values) => saved.mutate(userOf(values)))}>
      <Stack>
        <TextInput
          data-autofocus
          label={t('users.email')}
          {...form.getInputProps('email')}
          onChange={({ currentTarget }) => write(currentTarget.value)}
        />
        <TextInput
          required
          readOnly={!isNew}
          label={t('users.userId')}
          description={t(isNew ? 'users.userIdAbout' : 'users.userIdStays')}
          {...form.getInputProps('user_id')}
          {...(isTaken && { error: t('users.taken') })}
        />
        <TextInput
          label={t('users.numbers')}
          description={t('users.numbersAbout')}
          {...form.getInputProps('numbers')}
        />
        <TextInput
          label={t('users.extensions')}
          description={t('users.extensionsAbout')}
          {...form.getInputProps('extensions')}
        />
        <Title order={3} size="h5">
          {t('users.phones')}
        </Title>
        <DeviceFields form={form} />
        {!isTaken && <SaveProblem problem={saved.error} reload={reload} />}
        <Button type="submit" loading={saved.isPending}>
          {t(isNew ? 'users.add' : 'ui.save')}
        </Button>
      </Stack>
    </form>
  );
}
