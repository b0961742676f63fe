/** The settings of a phone system: checked against the real one before they are saved. */
import {
  Alert,
  Button,
  Group,
  NumberInput,
  PasswordInput,
  Radio,
  Select,
  Stack,
  Switch,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, queries, type Schemas } from '../../api/client.ts';
import { fieldErrorsOf } from '../../api/problem.ts';
import { CodeBlock } from '../../ui/code.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Checks } from './checks.tsx';
import { bodyOf, KINDS, valuesOf, type SourceValues } from './source-values.ts';

interface Props {
  /** What is stored; left out: a new one. */
  source?: Schemas['Source'];
  /** Of what is stored. */
  etag?: string;
  saved: (source: Schemas['ChangedSource']) => void;
}

export function SourceForm({ source, etag, saved }: Props) {
  const { t } = useTranslation();
  const form = useForm<SourceValues>({ initialValues: valuesOf(source) });
  const { kind, id } = form.values;
  const look = queries.useMutation('post', '/api/v1/sources/{source}/inspect', {
    onError: (error) => form.setErrors(withoutPrefix(fieldErrorsOf(error))),
  });
  const save = useMutation({
    async mutationFn(values: SourceValues) {
      const header = etag === undefined ? {} : { 'If-Match': etag };
      const { data } = await api.PUT('/api/v1/sources/{source}', {
        params: { path: { source: values.id }, header },
        body: bodyOf(values),
      });
      return data!;
    },
    onError: (error) => form.setErrors(fieldErrorsOf(error)),
    onSuccess(made) {
      if (made.secret === undefined) saved(made);
    },
  });
  const check = () => {
    if (form.validate().hasErrors) return;
    look.mutate({ params: { path: { source: id } }, body: { settings: bodyOf(form.values) } });
  };
  if (save.data?.secret !== undefined) {
    return (
      <Stack>
        <Alert color="yellow">{t('sources.tokenOnce')}</Alert>
        <CodeBlock text={save.data.secret} label={t('sources.token')} />
        <Group>
          <Button onClick={() => saved(save.data!)}>{t('sources.done')}</Button>
        </Group>
      </Stack>
    );
  }
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
      <Stack maw={640}>
        {source === undefined && (
          <>
            <Radio.Group label={t('sources.form.kind')} {...form.getInputProps('kind')}>
              <Stack gap="xs" mt="xs">
                {KINDS.map((one) => (
                  <Radio
                    key={one}
                    value={one}
                    label={t(`sources.kinds.${one}`)}
                    description={t(`sources.kindsAbout.${one}`)}
                  />
                ))}
              </Stack>
            </Radio.Group>
            <TextInput
              required
              label={t('sources.form.id')}
              description={t('sources.form.idAbout')}
              {...form.getInputProps('id')}
            />
          </>
        )}
        {kind === 'http' ? (
          source === undefined && <Alert>{t('sources.form.tokenMade')}</Alert>
        ) : (
          <>
            <Group align="flex-start" grow preventGrowOverflow={false}>
              <TextInput
                required
                miw={200}
                label={t('sources.form.host')}
                description={t('sources.form.hostAbout')}
                {...form.getInputProps('host')}
              />
              <NumberInput
                maw={180}
                min={1}
                max={65_535}
                hideControls
                label={t('sources.form.port')}
                description={t('sources.form.portAbout')}
                {...form.getInputProps('port')}
              />
            </Group>
            <TextInput
              required={kind === 'ami'}
              autoComplete="off"
              label={t('sources.form.username')}
              description={kind === 'ami' ? undefined : t('sources.form.optional')}
              {...form.getInputProps('username')}
            />
            <PasswordInput
              required={source === undefined && kind !== 'dialog-info'}
              autoComplete="new-password"
              label={t('sources.form.secret')}
              description={source === undefined ? undefined : t('sources.form.kept')}
              {...form.getInputProps('secret')}
            />
            {kind === 'dialog-info' && (
              <Select
                label={t('sources.form.transport')}
                data={['udp', 'tcp', 'tls'].map((value) => ({ value, label: value.toUpperCase() }))}
                allowDeselect={false}
                {...form.getInputProps('transport')}
              />
            )}
            {kind === 'ami' && (
              <Switch label={t('sources.form.tls')} {...form.getInputProps('tls', { type: 'checkbox' })} />
            )}
          </>
        )}
        <Problem problem={look.error ?? save.error} />
        {look.data !== undefined && <Checks inspection={look.data} />}
        <Group>
          <Button type="submit" loading={save.isPending}>
            {t('sources.save')}
          </Button>
          {kind !== 'http' && (
            <Button variant="default" loading={look.isPending} onClick={check}>
              {t('sources.check')}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}

/** Of `/settings/host`, as the check has it, and of `/host`. */
function withoutPrefix(errors: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(errors).map(([path, text]) => [path.replace(/^settings\./, ''), text]),
  );
}
