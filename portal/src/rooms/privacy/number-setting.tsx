/** Shared as it is, removed, or masked: then by how many digits. */
import { NumberInput, Radio, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { NumberPrivacy } from './privacy.ts';

interface Props {
  label: string;
  about: string;
  value: NumberPrivacy;
  disabled: boolean;
  onChange: (value: NumberPrivacy) => void;
}

const LEAST = 1;
const MOST = 15;
const USUAL = 4;

export function NumberSetting({ label, about, value, disabled, onChange }: Props) {
  const { t } = useTranslation();
  const digits = typeof value === 'object' ? value.mask : undefined;
  const choice = typeof value === 'object' ? 'mask' : value;
  return (
    <Radio.Group
      label={label}
      description={about}
      value={choice}
      onChange={(chosen) =>
        onChange(chosen === 'mask' ? { mask: digits ?? USUAL } : chosen === 'remove' ? 'remove' : 'keep')
      }
    >
      <Stack gap="xs" mt="xs">
        {(['keep', 'remove', 'mask'] as const).map((one) => (
          <Radio key={one} value={one} label={t(`privacy.numbers.${one}`)} disabled={disabled} />
        ))}
        {digits !== undefined && (
          <NumberInput
            ml="xl"
            w={160}
            label={t('privacy.digits')}
            description={t('privacy.digitsRange', { least: LEAST, most: MOST })}
            min={LEAST}
            max={MOST}
            clampBehavior="strict"
            allowDecimal={false}
            allowNegative={false}
            disabled={disabled}
            value={digits}
            onChange={(given) => typeof given === 'number' && onChange({ mask: given })}
          />
        )}
      </Stack>
    </Radio.Group>
  );
}
