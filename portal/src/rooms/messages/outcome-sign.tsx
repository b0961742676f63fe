/** What came of a message: a sign, a word, a colour. */
import { Group, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconClock, IconClockX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Message } from './messages.ts';
import classes from './outcome-sign.module.css';

const SIGNS = {
  delivered: IconCircleCheck,
  pending: IconClock,
  expired: IconClockX,
  dead: IconAlertTriangle,
} as const;

export function OutcomeSign({ outcome }: { outcome: Message['outcome'] }) {
  const { t } = useTranslation();
  const Sign = SIGNS[outcome];
  return (
    <Group gap={6} wrap="nowrap" className={classes[outcome]}>
      <Sign size={18} aria-hidden />
      <Text span fw={600} size="sm">
        {t(`messages.outcomes.${outcome}`)}
      </Text>
    </Group>
  );
}
