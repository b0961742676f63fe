import { useTranslation } from 'react-i18next';
import { Page } from '../../ui/page.tsx';

export function FunctionNumbersPage() {
  const { t } = useTranslation();
  return <Page title={t('functionNumbers.title')}>{null}</Page>;
}
