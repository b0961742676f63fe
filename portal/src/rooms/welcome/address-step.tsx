/** Where the CRM waits for messages; then the secret that it checks them with, shown once. */
import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/client.ts';
import { fieldErrorsOf } from '../../api/problem.ts';
import { CodeBlock } from '../../ui/code.tsx';
import { ButtonLink } from '../../ui/link.tsx';
import { Problem } from '../../ui/problem.tsx';
import { FIRST_ENDPOINT } from './first-endpoint.ts';

interface Props {
  organisation: string;
  hasOne: boolean;
  next: () => Promise<void>;
}

export function AddressStep({ organisation, hasOne, next }: Props) {
  const { t } = useTranslation();
  const form = useForm({ initialValues: { url: '' } });
  const save = queries.useMutation('put', '/api/v1/organisations/{organisation}/endpoints/{endpoint}', {
    onError: (error) => form.setErrors(fieldErrorsOf(error)),
  });
  if (save.data?.secret !== undefined) {
    return (
      <Stack>
        <Alert color="yellow">{t('welcome.secretOnce')}</Alert>
        <CodeBlock text={save.data.secret} label={t('welcome.secret')} />
        <Text size="sm">{t('welcome.secretAbout')}</Text>
        <Group>
          <Button onClick={() => void next()}>{t('welcome.copied')}</Button>
        </Group>
      </Stack>
    );
  }
  if (hasOne) {
    return (
      <Group>
        <ButtonLink variant="default" to="/o/$organisation/endpoints" params={{ organisation }}>
          {t('welcome.addresses')}
        </ButtonLink>
      </Group>
    );
  }
  return (
    <form
      onSubmit={form.onSubmit((body) =>
        save.mutate({ params: { path: { organisation, endpoint: FIRST_ENDPOINT } }, body }),
      )}
    >
      <Stack maw={640}>
        <TextInput
          required
          type="url"
          label={t('welcome.url')}
          placeholder="https://"
          description={t('welcome.urlAbout')}
          {...form.getInputProps('url')}
        />
        <Problem problem={save.error} />
        <Group>
          <Button type="submit" loading={save.isPending}>
            {t('ui.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
