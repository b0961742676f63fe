/** A one-time link, shown once: to be copied, unless the mail is enough. */
import { Alert, Button, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CodeBlock } from '../../ui/code.tsx';

interface Props {
  made: { link: string; expires: string; mailed: boolean };
  email: string;
  close: () => void;
}

export function LinkMade({ made: { link, expires, mailed }, email, close }: Props) {
  const { t, i18n } = useTranslation();
  const time = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'short' }).format(
    new Date(expires),
  );
  return (
    <Stack>
      <Alert color={mailed ? 'green' : 'yellow'} role="status">
        {t(mailed ? 'accounts.invite.mailed' : 'accounts.invite.notMailed', { email })}
      </Alert>
      <CodeBlock text={link} label={t('accounts.invite.link')} />
      <Text size="sm" c="dimmed">
        {t('accounts.invite.once', { time })}
      </Text>
      <Button onClick={close}>{t('accounts.invite.done')}</Button>
    </Stack>
  );
}
