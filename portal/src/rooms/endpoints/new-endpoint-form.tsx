import { Button, Collapse, Group, Paper, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client.ts';
import { ApiProblem, fieldErrorsOf } from '../../api/problem.ts';
import { Problem } from '../../ui/problem.tsx';
import { makeEndpoint, refreshStates } from './endpoints.ts';
import { nameFor } from './name.ts';
import { StatesInput } from './states-input.tsx';

type Made = Schemas['ChangedEndpoint'];
const USUAL_STATES = ['EARLY', 'CONFIRMED', 'TERMINATED'] as const satisfies Made['states'];

interface Props {
  organisation: string;
  done: (made: Made) => void;
}

export function NewEndpointForm({ organisation, done }: Props) {
  const { t } = useTranslation();
  const [opened, { toggle }] = useDisclosure();
  const queryClient = useQueryClient();
  const form = useForm({
    initialValues: {
      url: 'https://',
      id: '',
      states: [...USUAL_STATES] as Made['states'],
      payload: 'standard' as 'standard' | 'extended',
      signing: 'hmac-sha256' as 'hmac-sha256' | 'ed25519',
    },
  });
  const making = useMutation({
    mutationFn: ({ id, ...body }: typeof form.values) =>
      makeEndpoint({ organisation, endpoint: id === '' ? nameFor(body.url) : id }, body),
    onError(error) {
      form.setErrors(fieldErrorsOf(error));
      form.getInputNode('url')?.focus();
      // Something is there under this name already.
      if (error instanceof ApiProblem && error.code === 'MATCH_NEEDED') {
        form.setFieldError('id', t('endpoints.nameTaken'));
        if (!opened) toggle();
      }
    },
    async onSuccess(made) {
      await refreshStates(queryClient);
      done(made);
    },
  });
  const isNameTaken = making.error instanceof ApiProblem && making.error.code === 'MATCH_NEEDED';
  return (
    <Paper withBorder p="lg" maw={640}>
      <form onSubmit={form.onSubmit((values) => making.mutate(values))} noValidate>
        <Stack>
          <TextInput
            required
            data-autofocus
            type="url"
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            label={t('endpoints.url')}
            description={t('endpoints.urlAbout')}
            {...form.getInputProps('url')}
          />
          <div>
            <Button
              variant="subtle"
              size="compact-sm"
              px={0}
              aria-expanded={opened}
              onClick={toggle}
              leftSection={opened ? <IconChevronDown size={16} /> : <IconChevronRight size={16} />}
            >
              {t('endpoints.more')}
            </Button>
          </div>
          <Collapse expanded={opened}>
            <Stack>
              <TextInput
                label={t('endpoints.name')}
                description={t('endpoints.nameAbout')}
                placeholder={nameFor(form.values.url)}
                {...form.getInputProps('id')}
              />
              <StatesInput {...form.getInputProps('states')} />
              <Select
                label={t('endpoints.payload')}
                allowDeselect={false}
                data={(['standard', 'extended'] as const).map((value) => ({
                  value,
                  label: t(`endpoints.payloads.${value}`),
                }))}
                {...form.getInputProps('payload')}
              />
              <Select
                label={t('endpoints.signing')}
                allowDeselect={false}
                data={(['hmac-sha256', 'ed25519'] as const).map((value) => ({
                  value,
                  label: t(`endpoints.signings.${value}`),
                }))}
                {...form.getInputProps('signing')}
              />
            </Stack>
          </Collapse>
          {!isNameTaken && <Problem problem={making.error} />}
          <Group>
            <Button type="submit" loading={making.isPending}>
              {t('endpoints.make')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}
