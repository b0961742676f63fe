import { Anchor } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import schema from '../../../../docs/schemas/message.json?url';

/** To the JSON Schema of both payloads. */
export function SchemaLink() {
  const { t } = useTranslation();
  return (
    <Anchor href={schema} target="_blank" size="sm">
      {t('endpoints.schema')}
    </Anchor>
  );
}
