/** Where everybody can read the public keys that an endpoint's messages are verified with. */
import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CodeBlock } from '../../ui/code.tsx';
import type { Place } from './endpoints.ts';

export function PublicKeys({ place: { organisation, endpoint } }: { place: Place }) {
  const { t } = useTranslation();
  const path = `/api/v1/organisations/${organisation}/endpoints/${endpoint}/public-keys`;
  return (
    <Stack gap="xs">
      <Text size="sm">{t('endpoints.secret.publicKeys')}</Text>
      <CodeBlock text={`${location.origin}${path}`} label={t('endpoints.secret.publicKeysLabel')} />
    </Stack>
  );
}
