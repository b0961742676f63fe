import { useTranslation } from 'react-i18next';
import { Page } from '../../ui/page.tsx';

export function InstallationPage() {
  const { t } = useTranslation();
  return <Page title={t('installation.title')}>{null}</Page>;
}
