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
  /** By a number as `remoteNumber` gives it. */
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

  const numbers = new Map<string, Set<string>>();
  for (const { sourceId, remotes } of questions) {
    for (const { of, remote } of remotes) {
      const id = 'device' in of ? owners.get(sourceId)?.get(of.device)?.organisationId : of.organisationId;
      const policy = id === undefined ? undefined : policies.get(id);
      const number = policy && remoteNumber(remote, policy.organisation.defaultCountry);
      if (id === undefined || number === undefined) continue;
      const wanted = numbers.get(id) ?? new Set();
      numbers.set(id, wanted.add(number));
    }
  }
  for (const [id, wanted] of numbers) people.set(id, await directory.peopleByNumber(id, [...wanted]));

  return {
    owner: (sourceId, device) => owners.get(sourceId)?.get(device),
    policy: (organisationId) => policies.get(organisationId),
    person: (organisationId, number) => people.get(organisationId)?.get(number),
  };
}
