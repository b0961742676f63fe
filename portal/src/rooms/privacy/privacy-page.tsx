import { useTranslation } from 'react-i18next';
import { Page } from '../../ui/page.tsx';

export function PrivacyPage() {
  const { t } = useTranslation();
  return <Page title={t('privacy.title')}>{null}</Page>;
}
