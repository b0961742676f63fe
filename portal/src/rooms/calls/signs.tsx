/** The state of a call, and what became of its messages, in words and colour. */
import {
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconClockHour4,
  IconPhone,
  IconPhoneCall,
  IconPhoneCheck,
  IconPhoneOff,
  IconPhoneX,
  type Icon,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client.ts';
import { Sign } from '../../ui/sign.tsx';
import type { Tone } from '../../ui/tone.ts';
import type { CallState } from './summary.ts';

const STATES: Record<CallState, [Icon, Tone]> = {
  ringing: [IconPhoneCall, 'busy'],
  talking: [IconPhone, 'good'],
  ended: [IconPhoneCheck, 'quiet'],
  notAnswered: [IconPhoneOff, 'quiet'],
  refused: [IconPhoneX, 'quiet'],
};

export function CallStateSign({ state }: { state: CallState }) {
  const { t } = useTranslation();
  const [icon, tone] = STATES[state];
  return (
    <Sign icon={icon} tone={tone}>
      {t(`calls.states.${state}`)}
    </Sign>
  );
}

const RESULTS: Record<Schemas['Call']['result'], [Icon, Tone]> = {
  delivered: [IconCircleCheck, 'good'],
  waiting: [IconClockHour4, 'busy'],
  failed: [IconCircleX, 'bad'],
  not_reported: [IconCircleDashed, 'quiet'],
};

export function ResultSign({ result }: { result: Schemas['Call']['result'] }) {
  const { t } = useTranslation();
  const [icon, tone] = RESULTS[result];
  return (
    <Sign icon={icon} tone={tone}>
      {t(`calls.results.${result}`)}
    </Sign>
  );
}

const OUTCOMES: Record<Schemas['Message']['outcome'], [Icon, Tone]> = {
  delivered: RESULTS.delivered,
  pending: RESULTS.waiting,
  expired: RESULTS.failed,
  dead: RESULTS.failed,
};

export function OutcomeSign({ outcome }: { outcome: Schemas['Message']['outcome'] }) {
  const { t } = useTranslation();
  const [icon, tone] = OUTCOMES[outcome];
  return (
    <Sign icon={icon} tone={tone}>
      {t(`calls.outcomes.${outcome}`)}
    </Sign>
  );
}
