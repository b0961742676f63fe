/** Asks the operator which phones the people of an organisation may add by themselves. */
import { Radio, Skeleton, Stack, TagsInput, Text } from '@mantine/core';
import { Fragment, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/client.ts';
import { Problem } from '../../ui/problem.tsx';
import type { AllowedValues } from './allowed-devices.ts';

interface Props {
  value: AllowedValues;
  onChange: (value: AllowedValues) => void;
  error?: ReactNode;
}

export function AllowedDevicesField({ value, onChange, error }: Props) {
  const { t } = useTranslation();
  return (
    <Radio.Group
      label={t('organisations.allowed')}
      description={t('organisations.allowedAbout')}
      value={value.are}
      onChange={(are) => onChange({ ...value, are })}
      error={error}
    >
      <Stack gap="xs" my="xs">
        {(['all', 'some', 'none'] as const).map((are) => (
          <Fragment key={are}>
            <Radio
              value={are}
              label={t(`organisations.allowedAre.${are}`)}
              description={t(`organisations.allowedAreAbout.${are}`)}
            />
            {are === 'some' && value.are === 'some' && <Systems value={value} onChange={onChange} />}
          </Fragment>
        ))}
      </Stack>
    </Radio.Group>
  );
}

function Systems({ value, onChange }: Props) {
  const { t } = useTranslation();
  const sources = queries.useQuery('get', '/api/v1/sources');
  const items = sources.data?.items ?? [];
  return (
    <Stack gap="sm" ml="xl">
      <Problem problem={sources.error} retry={() => void sources.refetch()} />
      {sources.isPending && <Skeleton h={60} />}
      {sources.isSuccess && items.length === 0 && <Text size="sm">{t('organisations.noSystem')}</Text>}
      {items.map(({ id, kind }) => (
        <TagsInput
          key={id}
          label={t('organisations.phonesOn', { system: id })}
          description={t('organisations.phonesAbout', EXAMPLES[kind])}
          splitChars={[',', ';']}
          clearable
          clearButtonProps={{ 'aria-label': t('organisations.clear') }}
          value={value.some[id] ?? []}
          onChange={(devices) => onChange({ ...value, some: { ...value.some, [id]: devices } })}
        />
      ))}
    </Stack>
  );
}

const EXAMPLES = {
  ami: { one: 'PJSIP/1001', many: 'PJSIP/acme-*' },
  esl: { one: '1001@acme.example.com', many: '*@acme.example.com' },
  'dialog-info': { one: 'sip:1001@acme.example.com', many: '*@acme.example.com' },
  http: { one: 'acme-1001', many: 'acme-*' },
};
