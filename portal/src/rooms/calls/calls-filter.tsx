/** What is looked for among the calls. It lives in the address. */
import { Autocomplete, Group, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/client.ts';
import { RESULTS, TIMES, type Search } from './search.ts';

interface Props {
  organisation: string;
  search: Search;
  seek: (search: Search) => void;
}

/** Two beside each other on a phone. */
const HALF = { base: 'calc(50% - 6px)', xs: 170 };
/** Offered while somebody writes. */
const MOST_USERS = 200;

export function CallsFilter({ organisation, search, seek }: Props) {
  const { t } = useTranslation();
  const { result, time, from, to } = search;
  const [picksDays, setPicksDays] = useState(false);
  const times = picksDays || from !== undefined || to !== undefined ? 'days' : (time ?? '');
  const change = (changed: { [Key in keyof Search]: Search[Key] | undefined }) => {
    const wanted = Object.entries({ ...search, ...changed }).filter(([, value]) => value !== undefined);
    seek(Object.fromEntries(wanted.filter(([, value]) => value !== '')));
  };
  return (
    <Group align="flex-end" gap="sm" component="search">
      <Select
        label={t('calls.filter.result')}
        w={HALF}
        allowDeselect={false}
        value={result ?? ''}
        data={[
          { value: '', label: t('calls.filter.any') },
          ...RESULTS.map((value) => ({ value, label: t(`calls.results.${value}`) })),
        ]}
        onChange={(value) => change({ result: (value ?? '') as Search['result'] })}
      />
      <Select
        label={t('calls.filter.time')}
        w={HALF}
        allowDeselect={false}
        value={times}
        data={[
          { value: '', label: t('calls.filter.anyTime') },
          ...Object.keys(TIMES).map((value) => ({
            value,
            label: t(`calls.filter.times.${value as keyof typeof TIMES}`),
          })),
          { value: 'days', label: t('calls.filter.days') },
        ]}
        onChange={(value) => {
          setPicksDays(value === 'days');
          if (value === 'days') change({ time: undefined });
          else change({ time: value as Search['time'], from: undefined, to: undefined });
        }}
      />
      {times === 'days' &&
        (['from', 'to'] as const).map((end) => (
          <TextInput
            key={end}
            type="date"
            w={HALF}
            label={t(`calls.filter.${end}`)}
            value={search[end] ?? ''}
            onChange={({ currentTarget }) => change({ [end]: currentTarget.value, time: undefined })}
          />
        ))}
      <UserInput organisation={organisation} user={search.user ?? ''} change={(user) => change({ user })} />
    </Group>
  );
}

interface UserProps {
  organisation: string;
  user: string;
  change: (user: string) => void;
}

function UserInput({ organisation, user, change }: UserProps) {
  const { t } = useTranslation();
  // What is written is sought a moment later; what is sought otherwise is shown.
  const [written, setWritten] = useState({ over: user, text: user });
  const users = queries.useQuery('get', '/api/v1/organisations/{organisation}/users', {
    params: { path: { organisation }, query: { limit: MOST_USERS } },
  });
  const changeSoon = useDebouncedCallback(change, 400);
  return (
    <Autocomplete
      label={t('calls.filter.user')}
      placeholder={t('calls.filter.anybody')}
      w={{ base: '100%', xs: 250 }}
      limit={20}
      value={written.over === user ? written.text : user}
      data={users.data?.items.map(({ user_id }) => user_id) ?? []}
      onChange={(value) => {
        setWritten({ over: user, text: value });
        changeSoon(value);
      }}
    />
  );
}
