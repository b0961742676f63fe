/** What an endpoint says in a directory file: its address, what it wants, how it is delivered to, how we prove who we are. */
import { z } from 'zod';
import { LEG_STATES } from '../../call/leg-event.ts';
import { decodeSecret } from '../../delivery/signature.ts';
import type { DeliverySettings } from '../../policy/delivery-settings.ts';
import { DEVICE_TYPES } from '../../policy/device-type.ts';
import { SIGNINGS, type Credentials, type EndpointFilter } from '../../policy/endpoint-settings.ts';
import { DEFAULT_STATES } from '../../policy/organisation.ts';
import { normaliseNumber } from '../../policy/phone-number.ts';
import type { WantedEndpoint } from '../../policy/wanted-directory.ts';
import { authenticationShape, readAuthentication } from './authentication.ts';
import { readDuration } from './duration.ts';
import { problemOfUrl } from './endpoint-url.ts';
import { ownHeaders, readHeaders } from './own-headers.ts';
import { id, line, oneOf, says, strict, wholeNumber } from './shapes.ts';
import { tlsShape } from './tls-settings.ts';

const states = z.preprocess(
  (given) => (given === 'all' ? [...LEG_STATES] : given),
  z
    .array(oneOf(LEG_STATES), says(`must be all, or a list of ${LEG_STATES.join(', ')}`))
    .min(1, `is an empty list; name at least one of ${LEG_STATES.join(', ')}, or leave it out`)
    .transform((given) => LEG_STATES.filter((state) => given.includes(state)))
    .default([...DEFAULT_STATES]),
);

const url = z.string().superRefine((text, context) => {
  const problem = problemOfUrl(text);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

const endpointSecret = z
  .string()
  .refine(
    (secret) => decodeSecret(secret) !== undefined,
    'must be `whsec_` and base64 of 24 to 64 bytes; leave it out and one is made and shown once',
  )
  .optional();

const DURATION_WANTED = 'must be a time such as 30s, 5m, 8h or 3d';
const LONGEST_DURATION_MS = 365 * 86_400_000;

const duration = z
  .string(says(DURATION_WANTED))
  .regex(/^\d{1,6}(ms|s|m|h|d)$/, DURATION_WANTED)
  .transform(readDuration)
  .refine((ms) => ms >= 1 && ms <= LONGEST_DURATION_MS, 'must be from 1 ms to 365 days');

const retry = z
  .union(
    [oneOf(['standard', 'brief']), z.array(duration).max(100, 'has more than 100 delays')],
    says('must be standard, brief, or a list of delays such as [5s, 1m, 1h]'),
  )
  .optional();

const expire = strict(Object.fromEntries(LEG_STATES.map((state) => [state, duration.optional()]))).optional();

const perSecond = z
  .string(says('must be a number of attempts per second'))
  .regex(/^\d{1,5}(\.\d{1,3})?$/, 'must be a number of attempts per second, such as 20 or 0.5')
  .transform(Number)
  .refine((rate) => rate > 0, 'must be more than 0');

const NOTHING = 'is an empty list, which nothing matches; name at least one, or leave it out';
const some = <Item extends z.ZodType>(item: Item) => z.array(item).min(1, NOTHING).optional();

const DIRECTIONS = ['INCOMING', 'OUTGOING'] as const;

const filter = strict({
  directions: some(oneOf(DIRECTIONS)),
  device_types: some(oneOf(DEVICE_TYPES)),
  users: some(line),
  numbers: some(line),
}).optional();

/** For work that talks to nobody: what may need a secret is not looked at. */
const unseen = z
  .unknown()
  .transform(() => undefined)
  .optional();

/**
 * @param secrets `ignore`: one that is missing or wrong is left empty
 * @param nowMs client certificates must not have expired by then
 */
export function endpointShape(secrets: 'resolve' | 'ignore', nowMs: number) {
  const isResolved = secrets === 'resolve';
  return strict({
    id,
    url,
    secret: isResolved ? endpointSecret : endpointSecret.catch(undefined),
    signing: oneOf(SIGNINGS).optional(),
    states,
    filter,
    payload: oneOf(['standard', 'extended']).default('standard'),
    authentication: isResolved ? authenticationShape.optional() : unseen,
    headers: isResolved ? ownHeaders.optional() : unseen,
    tls: isResolved ? tlsShape(nowMs).optional() : unseen,
    retry,
    expire,
    max_at_once: wholeNumber(1, 10_000).optional(),
    max_per_second: perSecond.optional(),
  }).superRefine(({ secret, signing, authentication, headers }, context) => {
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (signing === 'ed25519' && secret !== undefined) {
      refuse(['secret'], 'is for hmac-sha256; a key for ed25519 is made here, and its public half shown');
    }
    const name = Object.keys(headers ?? {}).find((given) => given.toLowerCase() === 'authorization');
    if (authentication !== undefined && name !== undefined) {
      refuse(['headers', name], 'is set by `authentication`; keep one of them');
    }
  });
}

export type FileEndpoint = z.output<ReturnType<typeof endpointShape>>;

/** @param country how its numbers are read */
export function endpointOf(given: FileEndpoint, country: string): WantedEndpoint {
  const wanted: WantedEndpoint = {
    id: given.id,
    url: given.url,
    states: given.states,
    delivery: deliveryOf(given),
  };
  const filtered = filterOf(given.filter ?? {}, country);
  if (Object.keys(filtered).length > 0) wanted.filter = filtered;
  if (given.payload === 'extended') wanted.payload = 'extended';
  if (given.signing !== undefined) wanted.signing = given.signing;
  if (given.secret !== undefined) wanted.secret = given.secret;
  const credentials = proveBy(wanted, given);
  if (Object.keys(credentials).length > 0) wanted.credentials = credentials;
  return wanted;
}

/** Fills in how we prove who we are. @returns what is secret of that */
function proveBy(wanted: WantedEndpoint, { authentication, headers, tls }: FileEndpoint): Credentials {
  const credentials: Credentials = {};
  if (authentication !== undefined) {
    const read = readAuthentication(authentication);
    wanted.authentication = read.authentication;
    credentials.authentication = read.secret;
  }
  if (headers !== undefined && Object.keys(headers).length > 0) {
    credentials.headers = readHeaders(headers);
    wanted.headers = Object.keys(credentials.headers);
  }
  if (tls?.ca !== undefined || tls?.certificate !== undefined) {
    const { ca, certificate, key } = tls;
    wanted.tls = { ...(ca !== undefined && { ca }), ...(certificate !== undefined && { certificate }) };
    if (key !== undefined) credentials.privateKey = key;
  }
  return credentials;
}

/** In one order, whatever the file's. */
function filterOf(given: NonNullable<FileEndpoint['filter']>, country: string): EndpointFilter {
  const { directions, device_types: deviceTypes, users, numbers } = given;
  const read = numbers?.map((number) => normaliseNumber(number, country) ?? number);
  return {
    ...(directions && { directions: DIRECTIONS.filter((known) => directions.includes(known)) }),
    ...(deviceTypes && { deviceTypes: DEVICE_TYPES.filter((known) => deviceTypes.includes(known)) }),
    ...(users && { users: [...new Set(users)].toSorted() }),
    ...(read && { numbers: [...new Set(read)].toSorted() }),
  };
}

/** Only what the file says, so that a default that changes later changes for all who said nothing. */
function deliveryOf(rules: Pick<FileEndpoint, 'retry' | 'expire' | 'max_at_once' | 'max_per_second'>) {
  const delivery: DeliverySettings = {};
  if (rules.retry !== undefined) delivery.retry = rules.retry;
  if (rules.expire !== undefined) delivery.expireAfterMs = withoutAbsent(rules.expire);
  if (rules.max_at_once !== undefined) delivery.maxAtOnce = rules.max_at_once;
  if (rules.max_per_second !== undefined) delivery.maxPerSecond = rules.max_per_second;
  return delivery;
}

function withoutAbsent<Value>(given: Record<string, Value | undefined>): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, Value] => entry[1] !== undefined),
  );
}
