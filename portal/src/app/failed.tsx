/** Instead of a page that cannot be shown. */
import { Stack, Text, Title } from '@mantine/core';
import { useRouter } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../ui/link.tsx';
import { Problem } from '../ui/problem.tsx';

export function Failed({ error }: { error: unknown }) {
  const router = useRouter();
  return <Problem problem={error} retry={() => void router.invalidate()} />;
}

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Stack p="xl" align="flex-start">
      <Title order={1}>{t('frame.notFound.title')}</Title>
      <Text>{t('frame.notFound.text')}</Text>
      <ButtonLink to="/">{t('frame.notFound.back')}</ButtonLink>
    </Stack>
  );
}
