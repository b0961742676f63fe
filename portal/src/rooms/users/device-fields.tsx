/** The phones of a user, one group of fields each. */
import {
  Autocomplete,
  Button,
  Fieldset,
  Group,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { IconPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { AllowedPhones } from './allowed-phones.tsx';
import { DEVICE_TYPES } from './device-types.ts';
import { useMayAddPhones, useSystems } from './users.ts';
import type { UserValues } from './user-values.ts';

export function DeviceFields({ form }: { form: UseFormReturnType<UserValues> }) {
  const { t } = useTranslation();
  const { systems } = useSystems();
  const mayAdd = useMayAddPhones();
  const { devices } = form.values;
  const types = [
    { value: '', label: t('users.typeUnknown') },
    ...DEVICE_TYPES.map((value) => ({ value, label: t(`users.types.${value}`) })),
  ];
  const add = () =>
    form.insertListItem('devices', {
      source: devices.at(-1)?.source ?? (systems.length === 1 ? systems[0]! : ''),
      address: '',
      type: '',
    });
  return (
    <Stack gap="sm">
      <AllowedPhones />
      {devices.map((_, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- a phone has nothing else that stays while it is typed
        <Fieldset key={index} legend={t('users.phoneNumbered', { number: index + 1 })}>
          <Stack gap="sm">
            <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
              <TextInput
                required
                label={t('users.address')}
                placeholder="PJSIP/1001"
                {...form.getInputProps(`devices.${index}.address`)}
              />
              <Autocomplete
                required
                label={t('users.system')}
                data={[...systems]}
                {...form.getInputProps(`devices.${index}.source`)}
              />
            </SimpleGrid>
            <Select
              label={t('users.type')}
              allowDeselect={false}
              data={types}
              {...form.getInputProps(`devices.${index}.type`)}
            />
            <Group justify="flex-end">
              <Button variant="default" size="xs" onClick={() => form.removeListItem('devices', index)}>
                {t('users.removePhone')}
              </Button>
            </Group>
          </Stack>
        </Fieldset>
      ))}
      {devices.length === 0 && <Text c="dimmed">{t('users.noPhone')}</Text>}
      {mayAdd && (
        <Group>
          <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={add}>
            {t('users.addPhone')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
