/** The people that a phone system knows: who of them shall be a user, and under which address the CRM knows them. */
import { Button, Checkbox, Group, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../../api/client.ts';
import { Problem } from '../../ui/problem.tsx';

type Person = NonNullable<Schemas['Inspection']['people']>[number];
type Users = Schemas['UsersImportBody']['users'];

interface Props {
  organisation: string;
  source: string;
  people: readonly Person[];
  next: () => Promise<void>;
}

export function PeopleForm({ organisation, source, people, next }: Props) {
  const { t } = useTranslation();
  const form = useForm({
    initialValues: { people: people.map((person) => ({ person, isChosen: true, email: '' })) },
  });
  const save = useMutation({
    mutationFn: (users: Users) =>
      api.POST('/api/v1/organisations/{organisation}/users/import', {
        params: { path: { organisation } },
        body: { users },
      }),
    onSuccess: next,
  });
  const chosen = form.values.people.filter(({ isChosen }) => isChosen);
  return (
    <form
      onSubmit={form.onSubmit(() => save.mutate(chosen.map((one) => userOf(one.person, one.email, source))))}
    >
      <Stack>
        {form.values.people.map(({ person, isChosen }, at) => {
          const name = [...person.names, ...person.extensions][0] ?? person.user_id;
          return (
            <Group key={person.user_id} align="center" gap="sm">
              <Checkbox
                w={220}
                label={name}
                description={person.devices.map(({ address }) => address).join(', ')}
                {...form.getInputProps(`people.${at}.isChosen`, { type: 'checkbox' })}
              />
              <TextInput
                type="email"
                flex="1 1 220px"
                aria-label={t('welcome.emailOf', { name })}
                placeholder={t('welcome.email')}
                disabled={!isChosen}
                {...form.getInputProps(`people.${at}.email`)}
              />
            </Group>
          );
        })}
        <Problem problem={save.error} />
        <Group>
          <Button type="submit" loading={save.isPending} disabled={chosen.length === 0}>
            {t('welcome.makeUsers', { count: chosen.length })}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function userOf(person: Person, email: string, source: string): Users[number] {
  const { user_id, numbers, extensions, devices } = person;
  return {
    user_id: email === '' ? user_id : email,
    ...(email !== '' && { email }),
    numbers,
    extensions,
    devices: devices.map((device) => ({ source, ...device })),
  };
}
