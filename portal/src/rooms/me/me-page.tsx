import { Stack, Title } from '@mantine/core';
import { useRouteContext } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Facts } from '../../ui/facts.tsx';
import { Page } from '../../ui/page.tsx';
import { Look } from './look.tsx';
import { PasswordForm } from './password-form.tsx';
import { Sessions } from './sessions.tsx';

export function MePage() {
  const { t } = useTranslation();
  const { me } = useRouteContext({ from: '/inside' });
  return (
    <Page title={t('me.title')}>
      <Facts
        facts={[
          [t('me.name'), me.name],
          [t('me.role'), t(`accounts.roles.${me.role}`)],
          ...(me.organisation === undefined ? [] : [[t('me.organisation'), me.organisation] as const]),
        ]}
      />
      <Part title={t('me.look')}>
        <Look />
      </Part>
      <Part title={t('me.sessions.title')}>
        <Sessions />
      </Part>
      <Part title={t('me.password.title')}>
        <PasswordForm />
      </Part>
    </Page>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Stack gap="sm" mt="md">
      <Title order={2} size="h4">
        {title}
      </Title>
      {children}
    </Stack>
  );
}
