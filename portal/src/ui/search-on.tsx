/**
 * Below a list of the log, whose pages may be short, even empty, though more is behind: goes on by itself a few times,
 * then asks whether it shall.
 */
import { Button, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

interface Pages {
  data: { pages: readonly { items: readonly unknown[] }[] } | undefined;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  isError: boolean;
  fetchNextPage: () => Promise<unknown>;
}

const PAGES_BY_ITSELF = 4;
/** With so many the window is full. */
const ENOUGH = 25;

/** Begins anew where it is given another `key`. */
export function SearchOn({ pages }: { pages: Pages }) {
  const { t } = useTranslation();
  const loaded = pages.data?.pages ?? [];
  const found = loaded.reduce((sum, { items }) => sum + items.length, 0);
  const [goal, setGoal] = useState({ found: ENOUGH, pages: 1 + PAGES_BY_ITSELF });
  const { hasNextPage, isFetchingNextPage, isError, fetchNextPage } = pages;
  const isToGoOn = hasNextPage && found < goal.found && loaded.length < goal.pages;
  useEffect(() => {
    if (isToGoOn && !isFetchingNextPage && !isError) void fetchNextPage();
  }, [isToGoOn, isFetchingNextPage, isError, fetchNextPage]);
  const isEnough = found >= goal.found;
  return (
    <Stack align="center" gap="xs" aria-live="polite">
      {hasNextPage && !isToGoOn && !isEnough && <Text c="dimmed">{t('ui.soFar', { count: found })}</Text>}
      {hasNextPage && (
        <Button
          variant="default"
          loading={isFetchingNextPage || (isToGoOn && !isError)}
          onClick={() => {
            setGoal({ found: found + ENOUGH, pages: loaded.length + 1 + PAGES_BY_ITSELF });
            void fetchNextPage();
          }}
        >
          {t(isEnough ? 'ui.more' : 'ui.searchBack')}
        </Button>
      )}
    </Stack>
  );
}
