/** A time in the reader's zone; UTC stands behind it, for those who compare it with a log. */
import { Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';

interface Props {
  /** RFC 3339. */
  at: string;
  /** `date`: day and time to the minute; `moment`: to the second; `clock`: to the millisecond, without the day. */
  as?: 'date' | 'moment' | 'clock';
}

const FORMATS = {
  date: { dateStyle: 'medium', timeStyle: 'short' },
  moment: { dateStyle: 'medium', timeStyle: 'medium' },
  clock: {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
  },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

export function Time({ at, as = 'date' }: Props) {
  const { i18n } = useTranslation();
  const time = new Date(at);
  return (
    <Tooltip label={`${time.toISOString().replace('T', ' ').replace('Z', '')} UTC`}>
      <time dateTime={at}>{new Intl.DateTimeFormat(i18n.language, FORMATS[as]).format(time)}</time>
    </Tooltip>
  );
}
