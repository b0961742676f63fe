import { useTranslation } from 'react-i18next';
import { Page } from '../../ui/page.tsx';

export function SourcesPage() {
  const { t } = useTranslation();
  return <Page title={t('sources.title')}>{null}</Page>;
}
