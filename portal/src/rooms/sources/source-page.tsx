import { Group, Loader } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { ConfirmButton } from '../../ui/confirm.tsx';
import { Page } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { SourceForm } from './source-form.tsx';

export function SourcePage() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const { source: id } = useParams({ from: '/inside/operator/sources/$source' });
  const params = { path: { source: id } };
  const found = useQuery({
    queryKey: ['source', id],
    // A form that somebody fills in does not change below the fingers.
    staleTime: Infinity,
    gcTime: 0,
    async queryFn() {
      const { data, response } = await api.GET('/api/v1/sources/{source}', { params });
      return { source: data!, etag: response.headers.get('etag') ?? undefined };
    },
  });
  const leave = () => {
    void queryClient.invalidateQueries({ queryKey: ['get', '/api/v1/sources'] });
    void navigate({ to: '/operator/sources' });
  };
  const removal = useMutation({
    mutationFn: () => api.DELETE('/api/v1/sources/{source}', { params }),
    onSuccess: leave,
  });
  return (
    <Page title={t('sources.edit', { id })}>
      <Problem problem={found.error ?? removal.error} />
      {found.isPending && <Loader />}
      {found.data !== undefined && (
        <>
          <SourceForm
            {...found.data}
            saved={() => {
              notifications.show({ message: t('sources.saved') });
              leave();
            }}
          />
          <Group>
            <ConfirmButton
              color="red"
              variant="subtle"
              question={t('sources.removeQuestion', { id })}
              does={t('sources.remove')}
              confirm={() => removal.mutate()}
            >
              {t('sources.remove')}
            </ConfirmButton>
          </Group>
        </>
      )}
    </Page>
  );
}
