import { useTranslation } from 'react-i18next';
import { Page } from '../../ui/page.tsx';

export function MePage() {
  const { t } = useTranslation();
  return <Page title={t('me.title')}>{null}</Page>;
}
