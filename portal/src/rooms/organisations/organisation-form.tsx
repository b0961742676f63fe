/** Asks for an organisation's name, country and phones; a new one gets an id made of its name. */
import { Button, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { fieldErrorsOf } from '../../api/problem.ts';
import { SaveProblem } from '../../ui/save-problem.tsx';
import { allowedOf, isPattern, valuesOf } from './allowed-devices.ts';
import { AllowedDevicesField } from './allowed-devices-field.tsx';
import { countriesIn, countryOf } from './countries.ts';
import { idOfName } from './id-of-name.ts';
import type { Organisation, OrganisationBody } from './organisations.ts';

interface Props {
  /** Undefined: a new one is made. */
  start: Organisation | undefined;
  save: (organisation: OrganisationBody) => Promise<void>;
  reload: () => void;
  /** In the first steps nobody but the operator is there yet: it can be said later. */
  isFirst?: boolean;
}

export function OrganisationForm({ start, save, reload, isFirst = false }: Props) {
  const { t, i18n } = useTranslation();
  const countries = useMemo(() => countriesIn(i18n.language), [i18n.language]);
  const form = useForm({
    initialValues: {
      name: start?.name ?? '',
      id: start?.id ?? '',
      default_country: start?.default_country ?? countryOf(navigator.languages),
      allowed: valuesOf(start?.allowed_devices ?? []),
    },
    validate: {
      id: (id) => (/^[a-z0-9][a-z0-9._-]{0,62}$/.test(id) ? null : t('organisations.idRule')),
      default_country: (country) => (country === null ? t('organisations.countryNeeded') : null),
      allowed: ({ are, some }) => {
        const patterns = are === 'some' ? Object.values(some).flat() : [];
        if (are === 'some' && patterns.length === 0) return t('organisations.allowedNeeded');
        const wrong = patterns.find((pattern) => !isPattern(pattern));
        return wrong === undefined ? null : t('organisations.patternRule', { pattern: wrong });
      },
    },
  });
  const saved = useMutation({
    mutationFn: save,
    onError: (error) => form.setErrors(fieldErrorsOf(error)),
  });
  const rename = (name: string) => {
    const isOwnId = form.values.id !== idOfName(form.values.name);
    form.setFieldValue('name', name);
    if (start === undefined && !isOwnId) form.setFieldValue('id', idOfName(name));
  };
  return (
    <form
      onSubmit={form.onSubmit(({ default_country, allowed, ...rest }) =>
        saved.mutate({
          ...rest,
          default_country: default_country ?? '',
          ...(!isFirst && { allowed_devices: allowedOf(allowed) }),
        }),
      )}
    >
      <Stack>
        <TextInput
          required
          data-autofocus
          label={t('organisations.name')}
          {...form.getInputProps('name')}
          onChange={({ currentTarget }) => rename(currentTarget.value)}
        />
        {start === undefined && (
          <TextInput
            required
            label={t('organisations.id')}
            description={t('organisations.idAbout')}
            {...form.getInputProps('id')}
          />
        )}
        <Select
          required
          searchable
          label={t('organisations.country')}
          description={t('organisations.countryAbout')}
          nothingFoundMessage={t('organisations.noCountry')}
          allowDeselect={false}
          data={countries}
          {...form.getInputProps('default_country')}
        />
        {!isFirst && <AllowedDevicesField value={form.values.allowed} {...form.getInputProps('allowed')} />}
        <SaveProblem problem={saved.error} reload={reload} />
        <Button type="submit" loading={saved.isPending}>
          {t(start === undefined ? 'organisations.make' : 'ui.save')}
        </Button>
      </Stack>
    </form>
  );
}
