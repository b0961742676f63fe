/** What a message tells, in words: “Ringing”, “+358 … → aino”. */
import { Group, Text } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Message } from './messages.ts';

type Told = Message['body'];

export function stateWords(t: TFunction, told: Told): string {
  const state = t(`messages.states.${told.state}`);
  const reason = told['termination-reason'];
  return isReason(reason) ? `${state}: ${t(`messages.reasons.${reason}`)}` : state;
}

const REASONS = ['HANGUP', 'ANSWERED_ELSEWHERE', 'REJECTED', 'CANCELLED'] as const;

function isReason(reason: string | undefined): reason is (typeof REASONS)[number] {
  return REASONS.some((one) => one === reason);
}

/** Who calls whom, as far as it is shared. */
export function Parties({ told }: { told: Told }) {
  const { t } = useTranslation();
  const local = told.local_user_id ?? told.local_email ?? told.local_number;
  const remote = told.remote_user_id ?? told.remote_number ?? told.remote_email;
  const [from, to] = told.direction === 'INCOMING' ? [remote, local] : [local, remote];
  return (
    <Group gap={4} wrap="nowrap">
      <Text span size="sm" c="dimmed">
        {from ?? t('messages.unnamed')}
      </Text>
      <IconArrowRight size={14} aria-label="→" />
      <Text span size="sm" c="dimmed">
        {to ?? t('messages.unnamed')}
      </Text>
    </Group>
  );
}
