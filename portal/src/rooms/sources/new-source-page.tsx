import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Page } from '../../ui/page.tsx';
import { SourceForm } from './source-form.tsx';

export function NewSourcePage() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  return (
    <Page title={t('sources.add')} about={t('sources.addAbout')}>
      <SourceForm
        saved={() => {
          notifications.show({ message: t('sources.saved') });
          void queryClient.invalidateQueries({ queryKey: ['get', '/api/v1/sources'] });
          void navigate({ to: '/operator/sources' });
        }}
      />
    </Page>
  );
}
