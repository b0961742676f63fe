/** Language and colours, kept by this browser. */
import { Group, Select, useMantineColorScheme } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { chooseLanguage, LANGUAGES, type Language } from '../../i18n/start.ts';

const THEMES = ['auto', 'light', 'dark'] as const;

export function Look() {
  const { t, i18n } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Group>
      <Select
        label={t('me.language')}
        allowDeselect={false}
        value={i18n.resolvedLanguage ?? 'en'}
        data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
        onChange={(language) => void chooseLanguage(language as Language)}
      />
      <Select
        label={t('me.theme')}
        allowDeselect={false}
        value={colorScheme}
        data={THEMES.map((value) => ({ value, label: t(`me.themes.${value}`) }))}
        onChange={(theme) => setColorScheme(theme as (typeof THEMES)[number])}
      />
    </Group>
  );
}
