/** What is still missing, each with the way there. */
import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconPhoneCall, IconUsers, IconWebhook } from '@tabler/icons-react';
import { useRouteContext } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../../ui/link.tsx';
import type { Step } from './well-being.ts';

const SIGNS = { users: IconUsers, endpoint: IconWebhook, call: IconPhoneCall };
const WAYS = {
  users: '/o/$organisation/users',
  endpoint: '/o/$organisation/endpoints',
  call: '/o/$organisation/users',
} as const satisfies Record<Step, string>;

export function NextSteps({ organisation, steps }: { organisation: string; steps: readonly Step[] }) {
  const { t } = useTranslation();
  const { me } = useRouteContext({ from: '/inside' });
  return (
    <Stack gap="sm" component="section">
      <Title order={2} size="h4">
        {t('overview.next')}
      </Title>
      {steps.map((step) => {
        const Picture = SIGNS[step];
        return (
          <Paper key={step} withBorder p="md">
            <Group justify="space-between">
              <Group wrap="nowrap" flex="1 1 260px">
                <Picture size={24} stroke={1.6} aria-hidden />
                <div>
                  <Text fw={600}>{t(`overview.steps.${step}.title`)}</Text>
                  <Text size="sm" c="dimmed">
                    {t(me.may_write ? `overview.steps.${step}.text` : 'overview.askAdministrator')}
                  </Text>
                </div>
              </Group>
              {me.may_write && (
                <ButtonLink variant="default" to={WAYS[step]} params={{ organisation }}>
                  {t(`overview.steps.${step}.go`)}
                </ButtonLink>
              )}
            </Group>
          </Paper>
        );
      })}
    </Stack>
  );
}
