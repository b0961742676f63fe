import { Anchor, Stack, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { clientWords } from '../../ui/client-words.ts';
import { Time } from '../../ui/time.tsx';
import { WideTable } from '../../ui/wide-table.tsx';
import type { Entry } from './entries.ts';
import { EntryDifference } from './entry-difference.tsx';

interface Props {
  items: readonly Entry[];
  onlyActor: (id: string) => void;
}

export function EntryTable({ items, onlyActor }: Props) {
  const { t } = useTranslation();
  return (
    <WideTable label={t('audit.list')} minWidth={680}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={190}>{t('audit.when')}</Table.Th>
          <Table.Th w={220}>{t('audit.whoAndWhere')}</Table.Th>
          <Table.Th>{t('audit.what')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {items.map((entry) => (
          <Table.Tr key={entry.number} style={{ verticalAlign: 'top' }}>
            <Table.Td fz="sm">
              <Time at={entry.at} as="moment" />
            </Table.Td>
            <Table.Td>
              <Who entry={entry} onlyActor={onlyActor} />
            </Table.Td>
            <Table.Td>
              <What entry={entry} />
              <EntryDifference entry={entry} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </WideTable>
  );
}

function Who({ entry: { actor, address, client }, onlyActor }: { entry: Entry } & Pick<Props, 'onlyActor'>) {
  const { t } = useTranslation();
  const { kind, id, name } = actor;
  const where = [
    ...(kind === 'key' || kind === 'link' ? [t(`audit.kinds.${kind}`)] : []),
    address ?? t('audit.onMachine'),
    ...(client === undefined ? [] : [clientWords(client)]),
  ];
  return (
    <Stack gap={0}>
      <Anchor
        component="button"
        type="button"
        ta="left"
        aria-label={t('audit.onlyActor', { name })}
        onClick={() => onlyActor(id)}
      >
        {name}
      </Anchor>
      <Text size="sm" c="dimmed" title={client}>
        {where.join(' · ')}
      </Text>
    </Stack>
  );
}

function What({ entry: { thing, action, id, organisation, before, after } }: { entry: Entry }) {
  const { t } = useTranslation();
  const isLogin = thing === 'session' && (action === 'created' || action === 'removed');
  const name = nameOf(after) ?? nameOf(before) ?? (thing === 'session' ? undefined : id);
  return (
    <Text>
      <Text span fw={600}>
        {t(`audit.things.${thing}`)}
      </Text>{' '}
      {name !== undefined && `${name} `}
      {isLogin ? t(`audit.login.${action}`) : t(`audit.actions.${action}`)}
      {organisation !== undefined && thing !== 'organisation' && (
        <Text span c="dimmed">
          {' '}
          ({organisation})
        </Text>
      )}
    </Text>
  );
}

/** Accounts, invitations and keys have ids that nobody knows. */
function nameOf(words: Entry['before']): string | undefined {
  const name = words?.['name'] ?? words?.['email'];
  return typeof name === 'string' ? name : undefined;
}
