/** The first steps after the set-up link: from an empty installation to a first message at the CRM. */
import { Skeleton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Page } from '../../ui/page.tsx';
import { Problem } from '../../ui/problem.tsx';
import { useSteps } from './state.ts';
import { StepFrame } from './step-frame.tsx';

export function WelcomePage() {
  const { t } = useTranslation();
  const steps = useSteps();
  return (
    <Page title={t('welcome.title')} about={t('welcome.about')}>
      <Problem problem={steps.error} />
      {steps.isPending ? <Skeleton h={420} /> : <StepFrame steps={steps} />}
    </Page>
  );
}
