import { useTranslation } from 'react-i18next';
import { Page } from '../../ui/page.tsx';

export function WelcomePage() {
  const { t } = useTranslation();
  return <Page title={t('welcome.title')}>{null}</Page>;
}
