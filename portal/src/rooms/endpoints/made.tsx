/** What was made: the secret, which is seen only now, and a first try. */
import { Alert, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client.ts';
import { CodeBlock } from '../../ui/code.tsx';
import { ButtonLink } from '../../ui/link.tsx';
import { PublicKeys } from './public-keys.tsx';
import { TestEvent } from './test-event.tsx';

export function Made({ organisation, made }: { organisation: string; made: Schemas['ChangedEndpoint'] }) {
  const { t } = useTranslation();
  const place = { organisation, endpoint: made.id };
  return (
    <Stack maw={720}>
      <Paper withBorder p="lg">
        <Stack>
          <Title order={2} size="h4">
            {t('endpoints.secret.title')}
          </Title>
          <Text>{t('endpoints.secret.about')}</Text>
          {made.secret === undefined ? (
            <PublicKeys place={place} />
          ) : (
            <>
              <CodeBlock text={made.secret} label={t('endpoints.secret.label')} />
              <Alert color="yellow">{t('endpoints.secret.once')}</Alert>
            </>
          )}
        </Stack>
      </Paper>
      <TestEvent place={place} />
      <Group>
        <ButtonLink
          variant="default"
          to="/o/$organisation/endpoints/$endpoint"
          params={{ organisation, endpoint: made.id }}
        >
          {t('endpoints.made.onwards')}
        </ButtonLink>
      </Group>
    </Stack>
  );
}
