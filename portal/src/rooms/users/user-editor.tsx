/** The dialog for a new user, or for one who is there, read as it is when the dialog opens. */
import { Modal, Skeleton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Problem } from '../../ui/problem.tsx';
import type { User } from './user-columns.ts';
import { UserForm } from './user-form.tsx';
import { useUserChanges } from './users.ts';

/** A new one with what is known of it, or the id of one who is there. */
export type Edited = { is: 'new'; start: User } | { is: 'there'; userId: string };

export const NOBODY: User = { user_id: '', numbers: [], extensions: [], devices: [] };

interface Props {
  edited: Edited | undefined;
  close: () => void;
}

export function UserEditor({ edited, close }: Props) {
  const { t } = useTranslation();
  const { organisation, read, put } = useUserChanges();
  const userId = edited?.is === 'there' ? edited.userId : undefined;
  const found = useQuery({
    queryKey: ['user-to-change', organisation, userId],
    queryFn: () => read(userId!),
    enabled: userId !== undefined,
    gcTime: 0,
    staleTime: Infinity,
  });
  const start = edited?.is === 'new' ? edited.start : found.data?.user;
  return (
    <Modal
      size="lg"
      opened={edited !== undefined}
      onClose={close}
      title={t(userId === undefined ? 'users.add' : 'users.change')}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': t('ui.close') }}
    >
      <Problem problem={found.error} />
      {userId !== undefined && found.isPending && <Skeleton h={420} />}
      {start !== undefined && (
        <UserForm
          key={found.data?.etag}
          start={start}
          isNew={userId === undefined}
          reload={() => void found.refetch()}
          save={async (user) => {
            await put(user, found.data?.etag);
            notifications.show({ message: t('users.saved', { user: user.user_id }) });
            close();
          }}
        />
      )}
    </Modal>
  );
}
