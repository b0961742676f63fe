/** What came of a message: a sign, a word, a colour. */
import { IconAlertTriangle, IconCircleCheck, IconClock, IconClockX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Sign } from '../../ui/sign.tsx';
import type { Tone } from '../../ui/tone.ts';
import type { Message } from './messages.ts';

export const TONES = {
  delivered: 'good',
  pending: 'busy',
  expired: 'quiet',
  dead: 'bad',
} as const satisfies Record<Message['outcome'], Tone>;

const SIGNS = {
  delivered: IconCircleCheck,
  pending: IconClock,
  expired: IconClockX,
  dead: IconAlertTriangle,
} as const;

export function OutcomeSign({ outcome }: { outcome: Message['outcome'] }) {
  const { t } = useTranslation();
  return (
    <Sign icon={SIGNS[outcome]} tone={TONES[outcome]}>
      <strong>{t(`messages.outcomes.${outcome}`)}</strong>
    </Sign>
  );
}
