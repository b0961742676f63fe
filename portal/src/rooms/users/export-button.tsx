/** All users of the organisation as a CSV file, in the columns that an import takes. */
import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { download } from './download.ts';
import { rowsOf } from './user-columns.ts';
import { readAllUsers } from './users.ts';
import { useColumnTitles } from './column-titles.ts';

export function ExportButton() {
  const { t, i18n } = useTranslation();
  const { organisation } = useParams({ from: '/inside/o/$organisation' });
  const titles = useColumnTitles();
  const made = useMutation({
    async mutationFn() {
      const users = await readAllUsers(organisation);
      await download(`${organisation}.csv`, rowsOf(users, titles), i18n.language);
    },
    onError: () => notifications.show({ color: 'red', message: t('users.exportFailed') }),
  });
  return (
    <Button
      variant="default"
      loading={made.isPending}
      leftSection={<IconDownload size={16} aria-hidden />}
      onClick={() => made.mutate()}
    >
      {t('users.export')}
    </Button>
  );
}
