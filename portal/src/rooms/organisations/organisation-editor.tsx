/** The dialog for a new organisation, or for one that is there, read as it is when the dialog opens. */
import { Modal, Skeleton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Problem } from '../../ui/problem.tsx';
import { OrganisationForm } from './organisation-form.tsx';
import { useOrganisationChanges } from './organisations.ts';

interface Props {
  /** The id of the one to change, or `new`. */
  edited: { id: string } | 'new' | undefined;
  close: () => void;
}

export function OrganisationEditor({ edited, close }: Props) {
  const { t } = useTranslation();
  const { read, put } = useOrganisationChanges();
  const id = edited === undefined || edited === 'new' ? undefined : edited.id;
  const found = useQuery({
    queryKey: ['organisation-to-change', id],
    queryFn: () => read(id!),
    enabled: id !== undefined,
    gcTime: 0,
    staleTime: Infinity,
  });
  return (
    <Modal
      size="lg"
      opened={edited !== undefined}
      onClose={close}
      title={t(id === undefined ? 'organisations.make' : 'organisations.change')}
      closeButtonProps={{ 'aria-label': t('ui.close') }}
    >
      <Problem problem={found.error} />
      {id !== undefined && found.isPending && <Skeleton h={260} />}
      {(edited === 'new' || found.isSuccess) && (
        <OrganisationForm
          key={found.data?.etag}
          start={found.data?.organisation}
          reload={() => void found.refetch()}
          save={async (organisation) => {
            await put(organisation, found.data?.etag);
            notifications.show({ message: t('organisations.saved', { name: organisation.name }) });
            close();
          }}
        />
      )}
    </Modal>
  );
}
