/** Where messages go, which calls they tell of, and how it is tried again. One button saves all of it. */
import {
  Alert,
  Button,
  Fieldset,
  Group,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useRouteContext } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { fieldErrorsOf } from '../../api/problem.ts';
import { SaveProblem } from '../../ui/save-problem.tsx';
import { useChange, type Place, type Reading } from './endpoints.ts';
import { FilterFields } from './filter-fields.tsx';
import { bodyOf, CALL_STATES, settingsOf } from './settings.ts';
import { SchemaLink } from './schema-link.tsx';
import { StatesInput } from './states-input.tsx';

const USUAL_TIME = { TRYING: '30s', PROCEEDING: '30s', EARLY: '30s', CONFIRMED: '3d', TERMINATED: '3d' };

export function SettingsTab({ place, read }: { place: Place; read: Reading }) {
  const { t } = useTranslation();
  const { me } = useRouteContext({ from: '/inside' });
  const form = useForm({ initialValues: settingsOf(read.value) });
  const { saving, reload } = useChange(place, read);
  const disabled = !me.may_write;
  const save = (values: typeof form.values) =>
    saving.mutate(bodyOf(values), {
      onSuccess: ({ value }) => {
        form.setInitialValues(settingsOf(value));
        form.reset();
      },
      onError: (error) => form.setErrors(fieldErrorsOf(error)),
    });
  return (
    <form onSubmit={form.onSubmit(save)} noValidate>
      <Stack maw={720}>
        {disabled && <Alert color="gray">{t('endpoints.mayOnlyLook')}</Alert>}
        <Fieldset legend={t('endpoints.where')}>
          <TextInput
            required
            type="url"
            label={t('endpoints.url')}
            description={t('endpoints.urlAbout')}
            disabled={disabled}
            {...form.getInputProps('url')}
          />
        </Fieldset>
        <Fieldset legend={t('endpoints.what')}>
          <Stack>
            <StatesInput disabled={disabled} {...form.getInputProps('states')} />
            <Select
              label={t('endpoints.payload')}
              description={<SchemaLink />}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              allowDeselect={false}
              disabled={disabled}
              data={(['standard', 'extended'] as const).map((value) => ({
                value,
                label: t(`endpoints.payloads.${value}`),
              }))}
              {...form.getInputProps('payload')}
            />
          </Stack>
        </Fieldset>
        <FilterFields organisation={place.organisation} form={form} disabled={disabled} />
        <Fieldset legend={t('endpoints.delivery')}>
          <Stack>
            <Select
              label={t('endpoints.retry')}
              allowDeselect={false}
              disabled={disabled}
              data={(['standard', 'brief', 'own'] as const).map((value) => ({
                value,
                label: t(`endpoints.schedules.${value}`),
              }))}
              {...form.getInputProps('schedule')}
            />
            {form.values.schedule === 'own' && (
              <TextInput
                label={t('endpoints.delays')}
                description={t('endpoints.delaysAbout')}
                placeholder="5s, 1m, 10m, 1h"
                disabled={disabled}
                {...form.getInputProps('retry')}
              />
            )}
            <Text size="sm">{t('endpoints.expire')}</Text>
            <SimpleGrid cols={{ base: 1, xs: 3 }}>
              {CALL_STATES.filter((state) => form.values.states.includes(state)).map((state) => (
                <TextInput
                  key={state}
                  label={t(`endpoints.state.${state}`)}
                  placeholder={USUAL_TIME[state]}
                  disabled={disabled}
                  {...form.getInputProps(`expire.${state}`)}
                />
              ))}
            </SimpleGrid>
            <SimpleGrid cols={{ base: 1, xs: 2 }}>
              <NumberInput
                label={t('endpoints.maxAtOnce')}
                description={t('endpoints.maxAbout')}
                min={1}
                max={10_000}
                allowDecimal={false}
                disabled={disabled}
                {...form.getInputProps('max_at_once')}
              />
              <NumberInput
                label={t('endpoints.maxPerSecond')}
                description={t('endpoints.maxAbout')}
                min={0}
                disabled={disabled}
                {...form.getInputProps('max_per_second')}
              />
            </SimpleGrid>
          </Stack>
        </Fieldset>
        <SaveProblem problem={saving.error} reload={reload} />
        {!disabled && (
          <Group>
            <Button type="submit" loading={saving.isPending} disabled={!form.isDirty()}>
              {t('ui.save')}
            </Button>
            <Text size="sm" aria-live="polite">
              {saving.isSuccess && !form.isDirty() && t('ui.saved')}
            </Text>
          </Group>
        )}
      </Stack>
    </form>
  );
}
