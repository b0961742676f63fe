import { Anchor, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../../ui/link.tsx';

export function DoneStep({ organisation }: { organisation: string | undefined }) {
  const { t } = useTranslation();
  return (
    <Group>
      {organisation !== undefined && (
        <ButtonLink to="/o/$organisation/calls" params={{ organisation }}>
          {t('welcome.toCalls')}
        </ButtonLink>
      )}
      <ButtonLink variant="default" to="/operator">
        {t('welcome.toInstallation')}
      </ButtonLink>
      <Anchor href="/api/v1/docs">{t('welcome.toDocs')}</Anchor>
    </Group>
  );
}
