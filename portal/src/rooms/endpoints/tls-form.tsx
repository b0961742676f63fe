/** A client certificate with its key, and an authority of the receiver's own. */
import { Stack, Textarea, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { fieldErrorsOf } from '../../api/problem.ts';
import { FormButtons } from './form-buttons.tsx';
import type { Save } from './part.tsx';
import type { Proof } from './proof.ts';

const PLACEHOLDER = '-----BEGIN CERTIFICATE-----';

export function TlsForm({ current, save }: { current: NonNullable<Proof['tls']>; save: Save }) {
  const { t } = useTranslation();
  const form = useForm({
    initialValues: {
      tls: { certificate: current.certificate ?? '', key: '', ca: current.ca ?? '' },
    },
  });
  const { setErrors } = form;
  useEffect(() => setErrors(fieldErrorsOf(save.error)), [save.error, setErrors]);
  const filled = ({ tls }: typeof form.values) =>
    Object.fromEntries(Object.entries(tls).filter(([, text]) => text.trim() !== ''));
  const pem = (name: 'certificate' | 'key' | 'ca', placeholder = PLACEHOLDER) => (
    <Textarea
      label={t(`endpoints.access.fields.${name}`)}
      description={t(`endpoints.access.tlsAbout.${name}`)}
      autosize
      minRows={3}
      maxRows={8}
      spellCheck={false}
      autoComplete="off"
      placeholder={placeholder}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      {...form.getInputProps(`tls.${name}`)}
    />
  );
  return (
    <form onSubmit={form.onSubmit((values) => save.now({ tls: filled(values) }))}>
      <Stack>
        <Text size="sm">{t('endpoints.access.pem')}</Text>
        {pem('certificate')}
        {pem('key', '-----BEGIN PRIVATE KEY-----')}
        {pem('ca')}
        <FormButtons save={save} />
      </Stack>
    </form>
  );
}
