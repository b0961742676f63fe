/** Who has which phone: as the phone system tells, from a file, or by hand. */
import { Button, Group, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { queries, type Schemas } from '../../api/client.ts';
import { ButtonLink } from '../../ui/link.tsx';
import { Problem } from '../../ui/problem.tsx';
import { PeopleForm } from './people-form.tsx';

interface Props {
  organisation: string;
  sources: readonly Schemas['Source'][];
  next: () => Promise<void>;
}

export function UsersStep({ organisation, sources, next }: Props) {
  const { t } = useTranslation();
  const asked = sources.filter(({ kind }) => kind === 'ami' || kind === 'esl').map(({ id }) => id);
  const [source, setSource] = useState(asked[0]);
  const look = queries.useMutation('post', '/api/v1/sources/{source}/inspect');
  const people = look.data?.people;
  return (
    <Stack>
      {source !== undefined && (
        <Group align="flex-end">
          {asked.length > 1 && (
            <Select
              label={t('welcome.system')}
              allowDeselect={false}
              data={asked}
              value={source}
              onChange={(chosen) => setSource(chosen ?? source)}
            />
          )}
          <Button
            loading={look.isPending}
            variant={people === undefined ? 'filled' : 'default'}
            onClick={() => look.mutate({ params: { path: { source } }, body: { organisation } })}
          >
            {t('welcome.ask')}
          </Button>
        </Group>
      )}
      <Problem problem={look.error} />
      {look.isSuccess && (people ?? []).length === 0 && <Text role="status">{t('welcome.nobody')}</Text>}
      {source !== undefined && people !== undefined && people.length > 0 && (
        <PeopleForm
          key={look.submittedAt}
          organisation={organisation}
          source={source}
          people={people}
          next={next}
        />
      )}
      <Group>
        <ButtonLink variant="default" to="/o/$organisation/users/import" params={{ organisation }}>
          {t('welcome.fromFile')}
        </ButtonLink>
        <ButtonLink variant="default" to="/o/$organisation/users" params={{ organisation }}>
          {t('welcome.byHand')}
        </ButtonLink>
      </Group>
    </Stack>
  );
}
