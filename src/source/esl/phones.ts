/**
 * The phones that a FreeSWITCH knows: the users of its directory, and who is registered. A device's address is what its
 * channels will have as presence id: user and domain. Pure.
 */
import type { SeenDevice } from '../inspection.ts';
import { withSmallDomain } from './channel.ts';
import { parseJson } from './packet.ts';

interface Phone {
  extensions: Set<string>;
  name?: string;
  userAgents: Set<string>;
}

export class Phones {
  readonly #phones = new Map<string, Phone>();
  /** The domains whose users were listed. */
  readonly #domains = new Set<string>();
  /** Where the users' calls are looked up. */
  readonly contexts = new Set<string>();

  /**
   * The answer to `list_users`: `userid|context|domain|group|contact|callgroup|name|number`, a line each, in every group
   * that the user is in. A directory that is asked over HTTP (mod_xml_curl) is not listed.
   * Source: https://developer.signalwire.com/freeswitch/FreeSWITCH-Explained/Modules/mod_commands_1966741/
   */
  users(answer: string): void {
    const [head = '', ...lines] = answer.split('\n');
    const columns = head.trim().split('|');
    const at = (cells: readonly string[], column: string) => cells[columns.indexOf(column)] ?? '';
    for (const line of lines) {
      const cells = line.split('|');
      const [user, domain] = [at(cells, 'userid'), at(cells, 'domain')];
      if (user === '' || domain === '') continue;
      this.#domains.add(domain.toLowerCase());
      const context = at(cells, 'context');
      if (context !== '') this.contexts.add(context);
      this.#add(user, domain, at(cells, 'effective_caller_id_name'));
    }
  }

  /** The answer to `show registrations as json`. */
  registrations(answer: string): { profiles: ReadonlySet<string> } {
    const profiles = new Set<string>();
    for (const row of rowsIn(answer)) {
      const [user, domain, url] = ['reg_user', 'realm', 'url'].map((key) => row[key]);
      if (typeof user !== 'string' || typeof domain !== 'string' || user === '' || domain === '') continue;
      this.#add(user, domain);
      const profile = typeof url === 'string' ? /^sofia\/([\w.-]{1,64})\//.exec(url)?.[1] : undefined;
      if (profile !== undefined) profiles.add(profile);
    }
    return { profiles };
  }

  /** The answer to `sofia xmlstatus profile … reg`: the phones' own names. */
  agents(answer: string): void {
    for (const registration of answer.split('<registration>').slice(1)) {
      const [user, agent] = ['user', 'agent'].map((tag) => textOf(registration, tag));
      if (user !== undefined && agent !== undefined && agent !== '')
        this.#phones.get(withSmallDomain(user))?.userAgents.add(agent);
    }
  }

  /** A channel that is up calls itself so: that is what `serve` goes by. */
  channel(presenceId: string): void {
    const [user = '', domain = '', ...rest] = presenceId.split('@');
    if (user !== '' && domain !== '' && rest.length === 0) this.#add(user, domain);
  }

  /** Somebody who is no phone. */
  leaveOut(address: string): void {
    this.#phones.delete(withSmallDomain(address));
  }

  wouldList(address: string): boolean {
    return this.#domains.has(address.slice(address.indexOf('@') + 1));
  }

  /** One user of each domain. */
  samples(): string[] {
    const byDomain = Map.groupBy(this.#phones.keys(), (address) => address.slice(address.indexOf('@') + 1));
    return [...byDomain.values()].flatMap(([first]) => first ?? []);
  }

  seen(): SeenDevice[] {
    return [...this.#phones].map(([address, { extensions, name, userAgents }]) => ({
      address,
      extensions: [...extensions],
      userAgents: [...userAgents],
      ...(name !== undefined && { name }),
    }));
  }

  #add(user: string, domain: string, name = ''): void {
    const address = withSmallDomain(`${user}@${domain}`);
    const phone = this.#phones.get(address) ?? {
      extensions: new Set<string>(),
      userAgents: new Set<string>(),
    };
    if (/^\d{2,31}$/.test(user)) phone.extensions.add(user);
    if (name !== '') phone.name = name;
    this.#phones.set(address, phone);
  }
}

function rowsIn(answer: string): Partial<Record<string, unknown>>[] {
  const read = parseJson(answer);
  const rows: unknown = typeof read === 'object' && read !== null && 'rows' in read ? read.rows : [];
  if (!Array.isArray(rows)) return [];
  return rows.filter((row: unknown) => typeof row === 'object' && row !== null);
}

function textOf(xml: string, tag: string): string | undefined {
  const text = new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1];
  return text === undefined ? undefined : unescapeXml(text);
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

export function unescapeXml(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (entity, name: string) => ENTITIES[name] ?? entity);
}
