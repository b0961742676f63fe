/** Asks for a new key's name and rights, then shows the key, once. */
import { Alert, Button, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { fieldErrorsOf } from '../../api/problem.ts';
import { CodeBlock } from '../../ui/code.tsx';
import { Problem } from '../../ui/problem.tsx';
import type { ApiKey } from './keys.ts';

interface Props {
  opened: boolean;
  close: () => void;
  make: (body: { name: string; scope: ApiKey['scope']; expires?: string }) => Promise<string>;
  /** The operator's keys may post events. */
  hasIngest: boolean;
}

const DAYS = ['30', '90', '365'] as const;
const DAY_MS = 86_400_000;

export function MakeKey({ opened, close, make, hasIngest }: Props) {
  const { t } = useTranslation();
  const form = useForm({ initialValues: { name: '', scope: 'read' as ApiKey['scope'], days: '' } });
  const made = useMutation({ mutationFn: make, onError: (error) => form.setErrors(fieldErrorsOf(error)) });
  const leave = () => {
    close();
    form.reset();
    made.reset();
  };
  const scopes = hasIngest ? (['read', 'write', 'ingest'] as const) : (['read', 'write'] as const);
  return (
    <Modal
      opened={opened}
      onClose={leave}
      title={t('apiKeys.make')}
      closeOnClickOutside={!made.isSuccess}
      closeButtonProps={{ 'aria-label': t('ui.close') }}
    >
      {made.isSuccess ? (
        <Stack>
          <Alert color="yellow">{t('apiKeys.once')}</Alert>
          <CodeBlock text={made.data} label={t('apiKeys.key')} />
          <Button onClick={leave}>{t('apiKeys.done')}</Button>
        </Stack>
      ) : (
        <form
          onSubmit={form.onSubmit(({ name, scope, days }) =>
            made.mutate({ name, scope, ...(days !== '' && { expires: inDays(Number(days)) }) }),
          )}
        >
          <Stack>
            <TextInput required data-autofocus label={t('apiKeys.name')} {...form.getInputProps('name')} />
            <Select
              label={t('apiKeys.scope')}
              allowDeselect={false}
              data={scopes.map((value) => ({ value, label: t(`apiKeys.scopes.${value}`) }))}
              {...form.getInputProps('scope')}
            />
            <Select
              label={t('apiKeys.lifetime')}
              allowDeselect={false}
              data={[
                { value: '', label: t('apiKeys.lifetimes.forever') },
                ...DAYS.map((days) => ({ value: days, label: t('apiKeys.lifetimes.days', { days }) })),
              ]}
              {...form.getInputProps('days')}
            />
            <Problem problem={made.error} />
            <Button type="submit" loading={made.isPending}>
              {t('apiKeys.make')}
            </Button>
          </Stack>
        </form>
      )}
    </Modal>
  );
}

function inDays(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString();
}
