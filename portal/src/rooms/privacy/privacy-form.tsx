/** The seven settings beside what they make of a message. Nothing is changed before it is saved. */
import { Alert, Button, Checkbox, Fieldset, Group, Radio, SimpleGrid, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { UseMutationResult } from '@tanstack/react-query';
import { useRouteContext } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Tagged } from '../../api/tagged.ts';
import { SaveProblem } from '../../ui/save-problem.tsx';
import { NumberSetting } from './number-setting.tsx';
import { Preview } from './preview.tsx';
import type { Privacy } from './privacy.ts';

interface Props {
  organisation: string;
  read: Tagged<Privacy>;
  saving: UseMutationResult<Tagged<Privacy>, Error, { body: Privacy; etag: string }>;
  reload: () => Promise<void>;
}

const SCOPES = ['both', 'INCOMING', 'OUTGOING'] as const;

export function PrivacyForm({ organisation, read, saving, reload }: Props) {
  const { t } = useTranslation();
  const { me } = useRouteContext({ from: '/inside' });
  const form = useForm<Privacy>({ initialValues: read.value });
  const mayOnlyLook = !me.may_write;
  const check = (
    name:
      | 'remove_local_user_id'
      | 'remove_local_email'
      | 'remove_remote_user_id'
      | 'remove_remote_email'
      | 'remove_device_type',
  ) => (
    <Checkbox
      label={t(`privacy.${name}.label`)}
      description={t(`privacy.${name}.about`)}
      disabled={mayOnlyLook}
      {...form.getInputProps(name, { type: 'checkbox' })}
    />
  );
  const number = (name: 'modify_local_number' | 'modify_remote_number') => (
    <NumberSetting
      label={t(`privacy.${name}.label`)}
      about={t(`privacy.${name}.about`)}
      value={form.values[name]}
      disabled={mayOnlyLook}
      onChange={(value) => form.setFieldValue(name, value)}
    />
  );
  const save = (body: Privacy) =>
    saving.mutate({ body, etag: read.etag }, { onSuccess: ({ value }) => form.resetDirty(value) });
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="xl">
      <form onSubmit={form.onSubmit(save)}>
        <Stack>
          {mayOnlyLook && <Alert color="gray">{t('privacy.mayOnlyLook')}</Alert>}
          <Fieldset legend={t('privacy.local')}>
            <Stack>
              {check('remove_local_user_id')}
              {number('modify_local_number')}
              {check('remove_local_email')}
            </Stack>
          </Fieldset>
          <Fieldset legend={t('privacy.remote')}>
            <Stack>
              {check('remove_remote_user_id')}
              {number('modify_remote_number')}
              {check('remove_remote_email')}
            </Stack>
          </Fieldset>
          <Fieldset legend={t('privacy.device')}>{check('remove_device_type')}</Fieldset>
          <Radio.Group label={t('privacy.appliesTo')} {...form.getInputProps('applies_to')}>
            <Stack gap="xs" mt="xs">
              {SCOPES.map((scope) => (
                <Radio
                  key={scope}
                  value={scope}
                  label={t(`privacy.scopes.${scope}`)}
                  disabled={mayOnlyLook}
                />
              ))}
            </Stack>
          </Radio.Group>
          <SaveProblem problem={saving.error} reload={() => void reload().then(saving.reset)} />
          {!mayOnlyLook && (
            <Group>
              <Button type="submit" loading={saving.isPending} disabled={!form.isDirty()}>
                {t('ui.save')}
              </Button>
              <Text size="sm" aria-live="polite">
                {saving.isSuccess && !form.isDirty() ? t('privacy.saved') : t('privacy.next')}
              </Text>
            </Group>
          )}
        </Stack>
      </form>
      <Preview organisation={organisation} settings={form.values} />
    </SimpleGrid>
  );
}
