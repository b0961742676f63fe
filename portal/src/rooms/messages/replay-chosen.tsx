/** The messages that are chosen in the list, sent again one after the other, oldest first. */
import { Button, Group, Paper, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem } from '../../ui/problem.tsx';
import { LIST, type Message } from './messages.ts';
import { replayOne } from './replay.ts';

interface Props {
  /** Newest first. */
  messages: readonly Message[];
  drop: () => void;
}

export function ReplayChosen({ messages, drop }: Props) {
  const { t } = useTranslation();
  const { organisation } = useParams({ from: '/inside/o/$organisation' });
  const queryClient = useQueryClient();
  const [done, setDone] = useState(0);
  const replay = useMutation({
    async mutationFn() {
      const all = messages.toReversed();
      setDone(0);
      let sent = 0;
      for (const { id, endpoint } of all) {
        sent += await replayOne(organisation, endpoint, id);
        setDone((before) => before + 1);
      }
      return { sent, left: all.length - sent };
    },
    onSuccess: drop,
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['get', LIST] }),
  });
  const count = messages.length;
  return (
    <div aria-live="polite">
      <Problem problem={replay.error} />
      {replay.isSuccess && count === 0 && (
        <Text>
          {t('messages.sentChosen', { count: replay.data.sent })}{' '}
          {replay.data.left > 0 && t('messages.notSent', { count: replay.data.left })}
        </Text>
      )}
      {count > 0 && (
        <Paper withBorder p="xs" px="md">
          <Group justify="space-between">
            <Text fw={600}>
              {replay.isPending
                ? t('messages.sendingChosen', { done, all: count })
                : t('messages.chosen', { count })}
            </Text>
            <Group gap="xs">
              <Button size="xs" variant="default" disabled={replay.isPending} onClick={drop}>
                {t('messages.choice')}
              </Button>
              <Button size="xs" loading={replay.isPending} onClick={() => replay.mutate()}>
                {t('messages.sendChosen')}
              </Button>
            </Group>
          </Group>
        </Paper>
      )}
    </div>
  );
}
