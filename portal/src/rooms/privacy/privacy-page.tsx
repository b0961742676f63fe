import { Skeleton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Page } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { PrivacyForm } from './privacy-form.tsx';
import { usePrivacy } from './privacy.ts';

export function PrivacyPage() {
  const { t } = useTranslation();
  const { organisation, shown, saving, reload } = usePrivacy();
  return (
    <Page title={t('privacy.title')} about={t('privacy.about')}>
      <Problem problem={shown.error} retry={() => void shown.refetch()} />
      {shown.isPending && <Skeleton height={560} />}
      {shown.isSuccess && (
        <PrivacyForm organisation={organisation} read={shown.data} saving={saving} reload={reload} />
      )}
    </Page>
  );
}
