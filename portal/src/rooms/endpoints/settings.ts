/** An endpoint's settings as a form holds them, and back. */
import type { Endpoint, EndpointBody } from './endpoints.ts';

export const CALL_STATES = ['TRYING', 'PROCEEDING', 'EARLY', 'CONFIRMED', 'TERMINATED'] as const;
type Filter = NonNullable<EndpointBody['filter']>;

export interface Settings {
  url: string;
  states: Endpoint['states'];
  payload: 'standard' | 'extended';
  filter: {
    directions: NonNullable<Filter['directions']>;
    device_types: NonNullable<Filter['device_types']>;
    users: string[];
    numbers: string[];
  };
  schedule: 'standard' | 'brief' | 'own';
  /** With `own`: `5s, 1m, 1h`. */
  retry: string;
  expire: Record<(typeof CALL_STATES)[number], string>;
  max_at_once: number | '';
  max_per_second: number | '';
}

export function settingsOf(read: Endpoint): Settings {
  const filter = (read.filter ?? {}) as Filter;
  const { retry = 'standard' } = read;
  return {
    url: read.url,
    states: read.states,
    payload: read.payload ?? 'standard',
    filter: {
      directions: filter.directions ?? [],
      device_types: filter.device_types ?? [],
      users: filter.users ?? [],
      numbers: filter.numbers ?? [],
    },
    schedule: typeof retry === 'string' ? retry : 'own',
    retry: typeof retry === 'string' ? '' : retry.join(', '),
    expire: {
      TRYING: '',
      PROCEEDING: '',
      EARLY: '',
      CONFIRMED: '',
      TERMINATED: '',
      ...read.expire,
    },
    max_at_once: read.max_at_once ?? '',
    max_per_second: read.max_per_second ?? '',
  };
}

/** What is left empty is left out: then the usual holds. */
export function bodyOf(settings: Settings): Partial<EndpointBody> {
  const { filter, schedule, retry, expire, max_at_once, max_per_second, ...rest } = settings;
  const delays = retry.split(/[\s,;]+/).filter((delay) => delay !== '');
  return {
    ...rest,
    filter: filled(filter, (list) => list.length > 0),
    retry: schedule === 'own' ? delays : schedule === 'brief' ? 'brief' : undefined,
    expire: filled(expire, (time) => time !== ''),
    max_at_once: max_at_once === '' ? undefined : max_at_once,
    max_per_second: max_per_second === '' ? undefined : max_per_second,
  };
}

function filled<Given extends object>(
  given: Given,
  isFilled: (value: Given[keyof Given]) => boolean,
): Partial<Given> | undefined {
  const entries = Object.entries(given).filter(([, value]) => isFilled(value));
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as Partial<Given>);
}
