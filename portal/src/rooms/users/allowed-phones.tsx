/** Which phones whoever looks may give to users. The operator may give any, and sees nothing here. */
import { Alert, Code, List, Text } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useRouteContext } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useAllowedDevices } from './users.ts';

const MOST_SHOWN = 12;

export function AllowedPhones() {
  const { t } = useTranslation();
  const { me } = useRouteContext({ from: '/inside' });
  const { allowed, isPending } = useAllowedDevices();
  if (me.role === 'operator' || !me.may_write || isPending || allowed === 'all') return null;
  const phones = allowed.flatMap(({ source, devices }) => devices.map((device) => ({ source, device })));
  return (
    <Alert variant="default" icon={<IconInfoCircle aria-hidden />} title={t('users.allowed.title')}>
      <Text size="sm">{t(phones.length === 0 ? 'users.allowed.none' : 'users.allowed.some')}</Text>
      <List size="sm" mt={phones.length === 0 ? 0 : 'xs'}>
        {phones.slice(0, MOST_SHOWN).map(({ source, device }) => (
          <List.Item key={`${source} ${device}`}>
            <Code>{device}</Code> {t('users.allowed.on', { system: source })}
          </List.Item>
        ))}
        {phones.length > MOST_SHOWN && (
          <List.Item>{t('users.allowed.more', { number: phones.length - MOST_SHOWN })}</List.Item>
        )}
      </List>
    </Alert>
  );
}
