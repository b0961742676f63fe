import { useTranslation } from 'react-i18next';
import { Page } from '../../ui/page.tsx';

export function EndpointsPage() {
  const { t } = useTranslation();
  return <Page title={t('endpoints.title')}>{null}</Page>;
}
