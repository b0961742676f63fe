import { Checkbox, Stack, Table, Text } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { TextLink } from '../../ui/link.tsx';
import { Time } from '../../ui/time.tsx';
import { WideTable } from '../../ui/wide-table.tsx';
import { Parties, stateWords } from './event-words.tsx';
import { codeWords } from './failure-words.ts';
import type { Message } from './messages.ts';
import { OutcomeSign } from './outcome-sign.tsx';

interface Props {
  items: readonly Message[];
  /** Ids; undefined where nothing can be chosen. */
  chosen: ReadonlySet<string> | undefined;
  choose: (chosen: ReadonlySet<string>) => void;
}

export function MessageTable({ items, chosen, choose }: Props) {
  const { t } = useTranslation();
  const choosable = items.filter(isFinished);
  const isAll = choosable.length > 0 && choosable.every(({ id }) => chosen?.has(id));
  return (
    <WideTable label={t('messages.list')} minWidth={680}>
      <Table.Thead>
        <Table.Tr>
          {chosen !== undefined && (
            <Table.Td w={40}>
              <Checkbox
                aria-label={t('messages.chooseAll')}
                checked={isAll}
                indeterminate={chosen.size > 0 && !isAll}
                disabled={choosable.length === 0}
                onChange={() => choose(new Set(isAll ? [] : choosable.map(({ id }) => id)))}
              />
            </Table.Td>
          )}
          <Table.Th>{t('messages.columns.time')}</Table.Th>
          <Table.Th>{t('messages.columns.outcome')}</Table.Th>
          <Table.Th>{t('messages.columns.what')}</Table.Th>
          <Table.Th>{t('messages.columns.endpoint')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {items.map((message) => (
          <Row
            key={message.id}
            message={message}
            isChosen={chosen?.has(message.id)}
            toggle={() => choose(toggled(chosen ?? new Set(), message.id))}
          />
        ))}
      </Table.Tbody>
    </WideTable>
  );
}

interface RowProps {
  message: Message;
  isChosen: boolean | undefined;
  toggle: () => void;
}

function Row({ message, isChosen, toggle }: RowProps) {
  const { t, i18n } = useTranslation();
  const { organisation } = useParams({ from: '/inside/o/$organisation' });
  const { id, created_at, body, endpoint } = message;
  return (
    <Table.Tr>
      {isChosen !== undefined && (
        <Table.Td>
          <Checkbox
            aria-label={t('messages.choose', {
              time: new Date(created_at).toLocaleTimeString(i18n.language),
            })}
            checked={isChosen}
            disabled={!isFinished(message)}
            onChange={toggle}
          />
        </Table.Td>
      )}
      <Table.Td>
        <TextLink
          to="/o/$organisation/messages/$message"
          params={{ organisation, message: id }}
          underline="always"
          size="sm"
        >
          <Time at={created_at} as="moment" />
        </TextLink>
      </Table.Td>
      <Table.Td>
        <Outcome message={message} />
      </Table.Td>
      <Table.Td>
        <Text size="sm" fw={600}>
          {stateWords(t, body)}
        </Text>
        <Parties told={body} />
      </Table.Td>
      <Table.Td>{endpoint}</Table.Td>
    </Table.Tr>
  );
}

function Outcome({ message: { outcome, attempts_made, last_attempt, replay_of } }: { message: Message }) {
  const { t, i18n } = useTranslation();
  const failure =
    last_attempt === undefined || last_attempt.outcome === 'delivered' || outcome === 'delivered'
      ? undefined
      : codeWords(i18n, last_attempt.outcome).title;
  const notes = [
    ...(failure === undefined ? [] : [failure]),
    ...(attempts_made > 1 ? [t('messages.tries', { count: attempts_made })] : []),
    ...(replay_of === undefined ? [] : [t('messages.replayed')]),
  ];
  return (
    <Stack gap={0}>
      <OutcomeSign outcome={outcome} />
      {notes.length > 0 && (
        <Text size="sm" c="dimmed">
          {notes.join(' · ')}
        </Text>
      )}
    </Stack>
  );
}

function isFinished({ outcome }: Message): boolean {
  return outcome !== 'pending';
}

function toggled(chosen: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(chosen);
  if (!next.delete(id)) next.add(id);
  return next;
}
