import { PasswordInput, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { fieldErrorsOf } from '../../api/problem.ts';
import type { EndpointBody } from './endpoints.ts';
import { FormButtons } from './form-buttons.tsx';
import type { Save } from './part.tsx';
import type { Proof } from './proof.ts';

type Authentication = NonNullable<EndpointBody['authentication']>;
type Kind = Authentication['kind'];

const KINDS = ['basic', 'bearer', 'oauth2'] as const satisfies Kind[];
const OPTIONAL = ['scope', 'audience', 'resource'] as const;

export function AuthenticationForm({ current, save }: { current: Proof['authentication']; save: Save }) {
  const { t } = useTranslation();
  const form = useForm({
    initialValues: {
      authentication: {
        kind: current?.kind ?? 'basic',
        username: current?.username ?? '',
        password: '',
        token: '',
        token_url: current?.token_url ?? 'https://',
        client_id: current?.client_id ?? '',
        client_secret: '',
        client_authentication: current?.client_authentication ?? 'basic',
        scope: current?.scope ?? '',
        audience: current?.audience ?? '',
        resource: current?.resource ?? '',
      },
    },
  });
  const { setErrors } = form;
  useEffect(() => setErrors(fieldErrorsOf(save.error)), [save.error, setErrors]);
  const { kind } = form.values.authentication;
  type Field = Exclude<keyof typeof form.values.authentication, 'kind' | 'client_authentication'>;
  const text = (name: Field, required = true) => (
    <TextInput
      key={name}
      required={required}
      autoComplete="off"
      label={t(`endpoints.access.fields.${name}`)}
      {...form.getInputProps(`authentication.${name}`)}
    />
  );
  const secret = (name: Field) => (
    <PasswordInput
      required
      autoComplete="new-password"
      visibilityToggleButtonProps={{ 'aria-label': t('endpoints.access.show') }}
      label={t(`endpoints.access.fields.${name}`)}
      description={t('endpoints.access.neverShown')}
      {...form.getInputProps(`authentication.${name}`)}
    />
  );
  return (
    <form
      onSubmit={form.onSubmit(({ authentication }) => save.now({ authentication: bodyOf(authentication) }))}
    >
      <Stack>
        <Select
          label={t('endpoints.access.kind')}
          allowDeselect={false}
          data={KINDS.map((value) => ({ value, label: t(`endpoints.access.kinds.${value}`) }))}
          {...form.getInputProps('authentication.kind')}
        />
        {kind === 'basic' && (
          <>
            {text('username')}
            {secret('password')}
          </>
        )}
        {kind === 'bearer' && secret('token')}
        {kind === 'oauth2' && (
          <>
            {text('token_url')}
            {text('client_id')}
            {secret('client_secret')}
            <Select
              label={t('endpoints.access.fields.client_authentication')}
              allowDeselect={false}
              data={(['basic', 'post'] as const).map((value) => ({
                value,
                label: t(`endpoints.access.clientAuthentication.${value}`),
              }))}
              {...form.getInputProps('authentication.client_authentication')}
            />
            {OPTIONAL.map((name) => text(name, false))}
          </>
        )}
        <FormButtons save={save} />
      </Stack>
    </form>
  );
}

interface Filled {
  kind: Kind;
  username: string;
  password: string;
  token: string;
  token_url: string;
  client_id: string;
  client_secret: string;
  client_authentication: 'basic' | 'post';
  scope: string;
  audience: string;
  resource: string;
}

function bodyOf(filled: Filled): Authentication {
  const { kind, username, password, token, scope, audience, resource } = filled;
  if (kind === 'basic') return { kind, username, password };
  if (kind === 'bearer') return { kind, token };
  const { token_url, client_id, client_secret, client_authentication } = filled;
  return {
    kind,
    token_url,
    client_id,
    client_secret,
    client_authentication,
    ...(scope !== '' && { scope }),
    ...(audience !== '' && { audience }),
    ...(resource !== '' && { resource }),
  };
}
