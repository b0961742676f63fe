/** What people and programs ask of an installation's directory, accounts, audit and log: by name, and how to ask it. */
import type { Store } from '../src/store/store.ts';
import { auditOf, BEGIN_MS, callsOf, END_MS, USERS, usersOfLargest, type Size } from './filling.ts';

export interface Question {
  name: string;
  /** @param nth another one each time, so that not the same rows are read again and again */
  ask(organisationId: string, nth: number): Promise<unknown>;
  /** It is of no organisation. */
  operators?: true;
}

type Ask = (nth: number) => Promise<unknown>;

const page = { limit: 50 };
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ONE_DAY = { fromMs: BEGIN_MS + 9 * DAY_MS, toMs: BEGIN_MS + 10 * DAY_MS };
const MONTH = { fromMs: BEGIN_MS, toMs: END_MS, stepMs: HOUR_MS };

/** Spreads over what there is. */
const spread = (nth: number, among: number) => (nth * 7_919) % Math.max(1, Math.floor(among));

function operators(questions: Readonly<Record<string, Ask>>): Question[] {
  return Object.entries(questions).map(([name, ask]) => ({
    name,
    ask: (_organisationId, nth) => ask(nth),
    operators: true,
  }));
}

function ofOrganisation(questions: Readonly<Record<string, Question['ask']>>): Question[] {
  return Object.entries(questions).map(([name, ask]) => ({ name, ask }));
}

/** The directory: its lists, and what ingest asks for each batch of events. */
export function directoryQuestions({ directory, health }: Store, size: Size): Question[] {
  const { organisations } = size;
  const people = usersOfLargest(size) + (organisations - 1) * USERS;
  const numbers = (nth: number) => Array.from({ length: 50 }, (_, i) => String(1_000 + i + nth));
  return [
    ...operators({
      'organisations, first page': () => directory.organisations(page),
      'organisations, somewhere': (nth) =>
        directory.organisations({ ...page, after: `org-${spread(nth, organisations)}` }),
      'organisations, search of one': (nth) =>
        directory.organisations(page, `isation ${spread(nth, organisations)} `),
      'organisations, search of none': () => directory.organisations(page, 'nobody'),
      'everything at a glance': () => health.summary(200),
      'all sources, all endpoints': () => health.overview(),
      'owners of 50 devices': (nth) =>
        directory.ownersOf(
          'pbx',
          Array.from({ length: 50 }, (_, i) => `PJSIP/${spread(nth + i, people)}`),
        ),
      'the revision': () => directory.revision(),
    }),
    ...ofOrganisation({
      organisation: (id) => directory.organisation(id),
      'users, first page': (id) => directory.users(id, page),
      'users, page of 200': (id) => directory.users(id, { limit: 201 }),
      'users, search by name': (id, nth) => directory.users(id, page, `SER-${nth % USERS}`),
      'users, search by number': (id, nth) => directory.users(id, page, `0000${nth % USERS}`),
      'users, search of none': (id) => directory.users(id, page, 'nobody'),
      'one user': (id, nth) => directory.user(id, `user-${nth % USERS}`),
      'function numbers': (id) => directory.functionNumbers(id, page),
      endpoints: (id) => directory.endpoints(id, page),
      'what a change of a user concerns': (id, nth) =>
        directory.around(id, { userIds: [`user-${nth % USERS}`], numbers: ['600', '1000'] }),
      'people by 50 numbers': (id, nth) => directory.peopleByNumber(id, numbers(nth)),
      policy: (id) => directory.policyOf(id),
      'how endpoints are': (id) => health.endpoints(id),
    }),
  ];
}

/** Accounts, keys, sessions, invitations, the audit. */
export function accountQuestions({ accounts }: Store, size: Size): Question[] {
  const many = 2 * size.organisations;
  const idle = { idleMs: DAY_MS, seenEveryMs: DAY_MS };
  const audit = { ...page, after: Math.floor(auditOf(size) / 50) };
  return [
    ...operators({
      'all accounts, somewhere': (nth) =>
        accounts.accounts(undefined, { ...page, after: `account-${spread(nth, many)}` }),
      'all keys, somewhere': (nth) =>
        accounts.apiKeys(undefined, { ...page, after: `key-${spread(nth, many)}` }),
      'all invitations, first page': () => accounts.invitations(undefined, END_MS, page),
      'whole audit, first page': () => accounts.audit({}, page),
      'whole audit, near its beginning': () => accounts.audit({}, audit),
      'whole audit, of one actor': (nth) => accounts.audit({ actorId: `account-${spread(nth, many)}` }, page),
      'whole audit, of nobody': () => accounts.audit({ actorId: 'nobody' }, page),
      'whole audit, one thing': () => accounts.audit({ thing: 'endpoint', id: 'user-3' }, page),
      'whole audit, a thing that is not': () => accounts.audit({ thing: 'source' }, page),
      'whole audit, one day': () => accounts.audit({ fromMs: ONE_DAY.fromMs, untilMs: ONE_DAY.toMs }, page),
      'whole audit, the first hour': () => accounts.audit({ untilMs: BEGIN_MS + HOUR_MS }, page),
      'login by e-mail': (nth) => accounts.byEmail(`person-${spread(nth, many)}@acme.example`),
      'session of a token': (nth) => accounts.useSession(`session-hash-${spread(nth, many)}`, END_MS, idle),
      'sessions of an account': (nth) => accounts.sessions(`account-${spread(nth, many)}`, END_MS, idle),
      'key of a token': (nth) => accounts.useApiKey(`key-hash-${spread(nth, many)}`, END_MS, DAY_MS),
      'link of a token': (nth) => accounts.link(`link-hash-${spread(nth, many)}`, END_MS),
    }),
    ...ofOrganisation({
      accounts: (id) => accounts.accounts(id, page),
      keys: (id) => accounts.apiKeys(id, page),
      invitations: (id) => accounts.invitations(id, END_MS, page),
      'audit, first page': (id) => accounts.audit({ organisationId: id }, page),
      'audit, near its beginning': (id) => accounts.audit({ organisationId: id }, audit),
      'audit, one thing': (id, nth) =>
        accounts.audit({ organisationId: id, thing: 'user', id: `user-${nth % USERS}` }, page),
      'audit, a thing that is not': (id) => accounts.audit({ organisationId: id, thing: 'api_key' }, page),
      'audit, one day': (id) =>
        accounts.audit({ organisationId: id, fromMs: ONE_DAY.fromMs, untilMs: ONE_DAY.toMs }, page),
    }),
  ];
}

/** Messages, calls, figures. */
export function logQuestions({ log }: Store, size: Size): Question[] {
  const untold = (nth: number) => callsOf(size) - 1 - 10 * spread(nth, callsOf(size) / 10);
  const deep = memory((id: string) => log.messages(id, { toMs: BEGIN_MS + 2 * DAY_MS }, page));
  return [
    ...ofOrganisation({
      'messages, first page': (id) => log.messages(id, {}, page),
      'messages, near the beginning': async (id) => {
        const { next } = await deep(id);
        return log.messages(id, {}, { ...page, ...(next !== undefined && { cursor: next }) });
      },
      'messages to one endpoint': (id) => log.messages(id, { endpointId: 'crm' }, page),
      'messages of one state': (id) => log.messages(id, { state: 'TERMINATED' }, page),
      'messages of one call': (id, nth) =>
        log.messages(id, { callId: `call-${10 * spread(nth, 100)}` }, page),
      'messages of one branch': (id, nth) => log.messages(id, { branchId: `branch-${nth}.` }, page),
      'messages of one user': (id) => log.messages(id, { localUserId: 'user-3' }, page),
      'messages that wait': (id) => log.messages(id, { outcome: 'pending' }, page),
      'dead letters': (id) => log.messages(id, { outcome: 'dead' }, page),
      'messages, one day': (id) => log.messages(id, ONE_DAY, page),
      'messages, search of none': (id) => log.messages(id, { text: '+358 99 999' }, page),
      'one message': (id, nth) => log.message(id, `msg-${10 * nth}-1`),
      'calls, first page': (id) => log.calls(id, {}, page),
      'calls, one day': (id) => log.calls(id, ONE_DAY, page),
      'calls that failed': (id) => log.calls(id, { result: 'failed' }, page),
      'calls not reported': (id) => log.calls(id, { result: 'not reported' }, page),
      'calls of one user': (id) => log.calls(id, { localUserId: 'user-3' }, page),
      'what endpoints did not get': (id) => log.notReported(id, {}, page),
      'one call': (_id, nth) => log.call('org-0', `call-${10 * spread(nth, callsOf(size) / 10)}`),
      'one call not reported': (id, nth) => log.call(id, `untold-${untold(nth)}`),
      'figures of 30 days': (id) => log.statistics(id, MONTH),
    }),
    ...operators({ 'unknown devices': () => log.unknownDevices(200) }),
  ];
}

/** Asks once for each organisation. */
function memory<Answer>(ask: (id: string) => Promise<Answer>): (id: string) => Promise<Answer> {
  const known = new Map<string, Promise<Answer>>();
  return (id) => {
    const answer = known.get(id) ?? ask(id);
    known.set(id, answer);
    return answer;
  };
}
