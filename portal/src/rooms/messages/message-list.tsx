/** The messages that the filters let through; those that are chosen can be sent again. */
import { Skeleton, Stack } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { useParams, useRouteContext } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { itemsOf } from '../../api/pages.ts';
import { Empty } from '../../ui/empty.tsx';
import { ButtonLink } from '../../ui/link.tsx';
import { Problem } from '../../ui/problem.tsx';
import { SearchOn } from '../../ui/search-on.tsx';
import type { Filters } from './filters.ts';
import { MessageTable } from './message-table.tsx';
import { useMessages } from './messages.ts';
import { ReplayChosen } from './replay-chosen.tsx';

const MINUTE_MS = 60_000;

export function MessageList({ filters }: { filters: Filters }) {
  // To the minute, so that coming back shows what is there already.
  const [nowMs] = useState(() => Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { me } = useRouteContext({ from: '/inside' });
  const messages = useMessages(filters, nowMs);
  const items = itemsOf(messages.data);
  if (messages.isPending) return <Waiting />;
  return (
    <Stack>
      <Problem problem={messages.error} retry={() => void messages.refetch()} />
      {items.length === 0 && messages.isSuccess && !messages.hasNextPage && (
        <Nothing isNarrowed={Object.keys(filters).length > 0} />
      )}
      {me.may_write && (
        <ReplayChosen messages={items.filter(({ id }) => chosen.has(id))} drop={() => setChosen(new Set())} />
      )}
      {items.length > 0 && (
        <MessageTable items={items} chosen={me.may_write ? chosen : undefined} choose={setChosen} />
      )}
      <SearchOn pages={messages} />
    </Stack>
  );
}

const ROWS = ['1', '2', '3', '4', '5', '6', '7', '8'];

function Waiting() {
  const { t } = useTranslation();
  return (
    <Stack gap="xs" role="status" aria-label={t('ui.loading')}>
      {ROWS.map((row) => (
        <Skeleton key={row} height={56} />
      ))}
    </Stack>
  );
}

function Nothing({ isNarrowed }: { isNarrowed: boolean }) {
  const { t } = useTranslation();
  const { organisation } = useParams({ from: '/inside/o/$organisation' });
  if (isNarrowed) {
    return (
      <Empty icon={IconSend} title={t('messages.nothing')}>
        {t('messages.nothingText')}
      </Empty>
    );
  }
  const action = (
    <ButtonLink to="/o/$organisation/endpoints" params={{ organisation }} variant="default">
      {t('messages.emptyAction')}
    </ButtonLink>
  );
  return (
    <Empty icon={IconSend} title={t('messages.empty')} action={action}>
      {t('messages.emptyText')}
    </Empty>
  );
}
