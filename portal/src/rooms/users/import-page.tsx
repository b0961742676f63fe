/** Users from a CSV file: choose or paste it, look at what would change, then import all of it or nothing. */
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../../ui/link.tsx';
import { Page } from '../../ui/page.tsx';
import { AllowedPhones } from './allowed-phones.tsx';
import { ImportPreview } from './import-preview.tsx';
import { ImportSource } from './import-source.tsx';

export function ImportPage() {
  const { t } = useTranslation();
  const { organisation } = useParams({ from: '/inside/o/$organisation' });
  const [text, setText] = useState<string>();
  return (
    <Page
      title={t('users.import.title')}
      about={t('users.import.about')}
      actions={
        <ButtonLink variant="default" to="/o/$organisation/users" params={{ organisation }}>
          {t('users.backToUsers')}
        </ButtonLink>
      }
    >
      {text === undefined ? (
        <>
          <AllowedPhones />
          <ImportSource take={setText} />
        </>
      ) : (
        <ImportPreview text={text} back={() => setText(undefined)} />
      )}
    </Page>
  );
}
