/** Own headers; their values are not read back, so all of them are given anew. */
import { Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { FormButtons } from './form-buttons.tsx';
import type { Save } from './part.tsx';

const MOST = 20;

export function HeadersForm({ names, save }: { names: readonly string[]; save: Save }) {
  const { t } = useTranslation();
  const form = useForm({
    initialValues: { rows: (names.length > 0 ? names : ['']).map((name) => ({ name, value: '' })) },
  });
  const { rows } = form.values;
  return (
    <form
      onSubmit={form.onSubmit(() =>
        save.now({ headers: Object.fromEntries(rows.map(({ name, value }) => [name.trim(), value])) }),
      )}
    >
      <Stack>
        <Text size="sm">{t('endpoints.access.headersAbout')}</Text>
        {rows.map((_, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- rows have nothing else to be told apart by
          <Group key={index} align="flex-end">
            <TextInput
              required
              flex="1 1 140px"
              label={t('endpoints.access.headerName')}
              placeholder="X-Api-Key"
              {...form.getInputProps(`rows.${index}.name`)}
            />
            <PasswordInput
              required
              flex="2 1 180px"
              autoComplete="new-password"
              visibilityToggleButtonProps={{ 'aria-label': t('endpoints.access.show') }}
              label={t('endpoints.access.headerValue')}
              {...form.getInputProps(`rows.${index}.value`)}
            />
            {rows.length > 1 && (
              <Button variant="default" onClick={() => form.removeListItem('rows', index)}>
                {t('ui.remove')}
              </Button>
            )}
          </Group>
        ))}
        {rows.length < MOST && (
          <Group>
            <Button
              variant="default"
              size="xs"
              onClick={() => form.insertListItem('rows', { name: '', value: '' })}
            >
              {t('endpoints.access.addHeader')}
            </Button>
          </Group>
        )}
        <FormButtons save={save} />
      </Stack>
    </form>
  );
}
