/** Which calls an endpoint is told of. What is left empty lets all through. */
import { Checkbox, Fieldset, Group, MultiSelect, Stack, TagsInput, Text } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/client.ts';
import type { Settings } from './settings.ts';

const DEVICE_TYPES = [
  'MOBILE',
  'SOFT',
  'DESKTOP',
  'FXS',
  'EXTERNAL_PBX',
  'FAX',
  'VOICEMAIL',
  'EXTERNAL',
  'MOBILE_EXT',
  'CONFERENCE',
  'QUEUE',
  'MOBILE_VOIP',
  'WEB',
];
const MOST_SUGGESTED = 100;

interface Props {
  organisation: string;
  form: UseFormReturnType<Settings>;
  disabled: boolean;
}

export function FilterFields({ organisation, form, disabled }: Props) {
  const { t } = useTranslation();
  const users = queries.useQuery('get', '/api/v1/organisations/{organisation}/users', {
    params: { path: { organisation }, query: { limit: MOST_SUGGESTED } },
  });
  const known = users.data?.items ?? [];
  return (
    <Fieldset legend={t('endpoints.filter')}>
      <Stack>
        <Text size="sm">{t('endpoints.filterAbout')}</Text>
        <Checkbox.Group label={t('endpoints.directions')} {...form.getInputProps('filter.directions')}>
          <Group mt="xs">
            {(['INCOMING', 'OUTGOING'] as const).map((direction) => (
              <Checkbox
                key={direction}
                value={direction}
                label={t(`endpoints.direction.${direction}`)}
                disabled={disabled}
              />
            ))}
          </Group>
        </Checkbox.Group>
        <MultiSelect
          label={t('endpoints.deviceTypes')}
          data={DEVICE_TYPES}
          searchable
          disabled={disabled}
          {...form.getInputProps('filter.device_types')}
        />
        <TagsInput
          label={t('endpoints.users')}
          description={t('endpoints.usersAbout')}
          data={known.map(({ user_id }) => user_id)}
          acceptValueOnBlur
          disabled={disabled}
          {...form.getInputProps('filter.users')}
        />
        <TagsInput
          label={t('endpoints.numbers')}
          description={t('endpoints.numbersAbout')}
          data={[...new Set(known.flatMap(({ numbers }) => numbers))]}
          acceptValueOnBlur
          disabled={disabled}
          {...form.getInputProps('filter.numbers')}
        />
      </Stack>
    </Fieldset>
  );
}
