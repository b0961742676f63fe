/** How we prove to the receiver who we are, beside the signature, and whom we trust. Each part is changed by itself. */
import { Alert, Stack, Text } from '@mantine/core';
import { useRouteContext } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { AuthenticationForm } from './authentication-form.tsx';
import type { Place, Reading } from './endpoints.ts';
import { HeadersForm } from './headers-form.tsx';
import { Part } from './part.tsx';
import { proofOf } from './proof.ts';
import { TlsForm } from './tls-form.tsx';

export function AccessTab({ place, read }: { place: Place; read: Reading }) {
  const { t } = useTranslation();
  const { me } = useRouteContext({ from: '/inside' });
  const { authentication, headers, tls } = proofOf(read.value);
  const common = { place, read, mayChange: me.may_write };
  return (
    <Stack maw={720}>
      <Text>{t('endpoints.access.about')}</Text>
      {!me.may_write && <Alert color="gray">{t('endpoints.mayOnlyLook')}</Alert>}
      <Part
        {...common}
        title={t('endpoints.access.authentication')}
        set={
          authentication &&
          [
            t(`endpoints.access.kinds.${authentication.kind}`),
            authentication.username ?? authentication.client_id,
          ]
            .filter((text) => text !== undefined)
            .join(': ')
        }
        without={{ authentication: null }}
        renderForm={(save) => <AuthenticationForm current={authentication} save={save} />}
      />
      <Part
        {...common}
        title={t('endpoints.access.headers')}
        set={headers?.join(', ')}
        without={{ headers: null }}
        renderForm={(save) => <HeadersForm names={headers ?? []} save={save} />}
      />
      <Part
        {...common}
        title={t('endpoints.access.tls')}
        set={
          tls &&
          [
            tls.certificate !== undefined && t('endpoints.access.certificateSet'),
            tls.ca !== undefined && t('endpoints.access.caSet'),
          ]
            .filter((text) => text !== false)
            .join(', ')
        }
        without={{ tls: null }}
        renderForm={(save) => <TlsForm current={tls ?? {}} save={save} />}
      />
    </Stack>
  );
}
