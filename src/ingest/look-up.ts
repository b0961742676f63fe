/** What a batch of events must know of the directory, asked in few calls. */
import type { RemoteParty } from '../call/leg-event.ts';
import { remoteNumber } from '../policy/party.ts';
import type { DeviceOwner, DirectoryStore, OrganisationPolicy, Person } from '../store/store.ts';

/** What one source's events need to know. */
export interface Question {
  sourceId: string;
  /** Devices of legs that are not open yet. */
  devices: ReadonlySet<string>;
  /** Organisations of legs that are open. */
  organisations: ReadonlySet<string>;
  /** The far parties named in the events, by the organisation of the leg, or by device where it is not known yet. */
  remotes: readonly { of: { organisationId: string } | { device: string }; remote: RemoteParty }[];
}

/** The answers. */
export interface Known {
  owner(sourceId: string, device: string): DeviceOwner | undefined;
  policy(organisationId: string): OrganisationPolicy | undefined;
  /** The far number as this organisation reads it (`remoteNumber`). */
  number(organisationId: string, remote: RemoteParty): string | undefined;
  /** By a number as `number` gives it. */
  person(organisationId: string, number: string): Person | undefined;
}

export async function lookUp(directory: DirectoryStore, questions: readonly Question[]): Promise<Known> {
  const owners = new Map<string, Map<string, DeviceOwner>>();
  const policies = new Map<string, OrganisationPolicy>();
  const people = new Map<string, ReadonlyMap<string, Person>>();

  for (const [sourceId, ofSource] of Map.groupBy(questions, (question) => question.sourceId)) {
    const devices = new Set(ofSource.flatMap((question) => [...question.devices]));
    owners.set(sourceId, new Map(await directory.ownersOf(sourceId, [...devices])));
  }
  const organisations = new Set([
    ...questions.flatMap((question) => [...question.organisations]),
    ...[...owners.values()].flatMap((ofSource) =>
      [...ofSource.values()].map((owner) => owner.organisationId),
    ),
  ]);
  for (const id of organisations) {
    const policy = await directory.policyOf(id);
    if (policy !== undefined) policies.set(id, policy);
  }

  const read = createReader(policies);
  const numbers = new Map<string, Set<string>>();
  for (const { sourceId, remotes } of questions) {
    for (const { of, remote } of remotes) {
      const id = 'device' in of ? owners.get(sourceId)?.get(of.device)?.organisationId : of.organisationId;
      const number = id === undefined ? undefined : read(id, remote);
      if (id === undefined || number === undefined) continue;
      const wanted = numbers.get(id) ?? new Set();
      numbers.set(id, wanted.add(number));
    }
  }
  for (const [id, wanted] of numbers) people.set(id, await directory.peopleByNumber(id, [...wanted]));

  return {
    owner: (sourceId, device) => owners.get(sourceId)?.get(device),
    policy: (organisationId) => policies.get(organisationId),
    number: read,
    person: (organisationId, number) => people.get(organisationId)?.get(number),
  };
}

/** Reads each number once: it takes as long as a look into the database, and events of one call repeat it. */
function createReader(policies: ReadonlyMap<string, OrganisationPolicy>): Known['number'] {
  const read = new Map<string, string | undefined>();
  return (organisationId, remote) => {
    const country = policies.get(organisationId)?.organisation.defaultCountry;
    if (country === undefined) return undefined;
    const key = `${country} ${remote.withheld ? '' : remote.number}`;
    if (!read.has(key)) read.set(key, remoteNumber(remote, country));
    return read.get(key);
  };
}
