import { useTranslation } from 'react-i18next';
import { Page } from '../../ui/page.tsx';

export function AccountsPage() {
  const { t } = useTranslation();
  return <Page title={t('accounts.title')}>{null}</Page>;
}
