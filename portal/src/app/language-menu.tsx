import { Button, Menu, Text } from '@mantine/core';
import { IconLanguage } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { LANGUAGES, chooseLanguage, type Language } from '../i18n/start.ts';

export function LanguageMenu() {
  const { t, i18n } = useTranslation();
  const language = (i18n.resolvedLanguage ?? 'en') as Language;
  return (
    <Menu>
      <Menu.Target>
        <Button variant="subtle" color="gray" size="compact-md" leftSection={<IconLanguage size={18} />}>
          <Text span inherit visibleFrom="xs" lang={language}>
            {LANGUAGES[language]}
          </Text>
          <Text span inherit hiddenFrom="xs" tt="uppercase">
            {language}
          </Text>
        </Button>
      </Menu.Target>
      <Menu.Dropdown aria-label={t('frame.language')}>
        {Object.entries(LANGUAGES).map(([id, name]) => (
          <Menu.Item key={id} lang={id} onClick={() => void chooseLanguage(id as Language)}>
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
