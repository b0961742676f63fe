/** A form of one who is not logged in: title, what it is for, fields, one button, what went wrong. */
import { Alert, Button, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { FormEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem } from '../../ui/problem.tsx';

interface Props {
  title: string;
  about?: string;
  submit: string;
  problem: unknown;
  isBusy: boolean;
  /** The token that the page needs; undefined where it needs none. */
  token?: string;
  onSubmit: (event: FormEvent<HTMLFormElement>) => void;
  children: ReactNode;
  after?: ReactNode;
}

export function FormFrame({
  title,
  about,
  submit,
  problem,
  isBusy,
  token,
  onSubmit,
  children,
  after,
}: Props) {
  const { t } = useTranslation();
  useDocumentTitle(`${title} · Callhook`);
  return (
    <Stack>
      <Title order={1} size="h3">
        {title}
      </Title>
      {about !== undefined && <Text c="dimmed">{about}</Text>}
      {token === '' ? (
        <Alert color="yellow">{t('signIn.noToken')}</Alert>
      ) : (
        <form onSubmit={onSubmit}>
          <Stack>
            {children}
            <Problem problem={problem} />
            <Button type="submit" loading={isBusy}>
              {submit}
            </Button>
          </Stack>
        </form>
      )}
      {after}
    </Stack>
  );
}
