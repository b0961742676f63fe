import { Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CodeBlock } from '../../ui/code.tsx';
import { SourceForm } from '../sources/source-form.tsx';

export function SourceStep({ next }: { next: () => Promise<void> }) {
  const { t } = useTranslation();
  return (
    <Stack>
      <SourceForm saved={() => void next()} />
      <Title order={3} size="h5" mt="md">
        {t('welcome.recorded')}
      </Title>
      <Text size="sm">{t('welcome.recordedAbout')}</Text>
      <CodeBlock text="callhook serve --demo" label={t('welcome.command')} />
    </Stack>
  );
}
