/**
 * The sources that are posted to, as this node knows them: who may post, and how each is. Nothing runs here by itself: the
 * platform comes to us.
 */
import type { HttpSettings, SourceSettings } from '../../policy/directory.ts';
import type { SourceState } from '../source.ts';
import { isToken } from './token.ts';

export interface HttpSourcesOptions {
  /** Where the sources stand. `revision` grows with every change. */
  directory: { revision(): Promise<number>; sources(): Promise<readonly SourceSettings[]> };
  /** Called when the first events of a source have come in since the start. */
  heard(sourceId: string): void;
}

export class HttpSources {
  readonly #options: HttpSourcesOptions;
  readonly #heard = new Set<string>();
  #sources: ReadonlyMap<string, HttpSettings> = new Map();
  #revision: number | undefined;

  constructor(options: HttpSourcesOptions) {
    this.#options = options;
  }

  /**
   * The source, if the token is its own. A changed directory counts at once: a token that was replaced lets nobody in.
   * @returns undefined also where there is no such source, or it is of another kind
   * @throws what the directory threw
   */
  async admit(sourceId: string, token: string): Promise<HttpSettings | undefined> {
    await this.refresh();
    const source = this.#sources.get(sourceId);
    return isToken(token, source?.secret) ? source : undefined;
  }

  /** The source, for whoever may post events of all of them. @throws what the directory threw */
  async known(sourceId: string): Promise<HttpSettings | undefined> {
    await this.refresh();
    return this.#sources.get(sourceId);
  }

  async refresh(): Promise<void> {
    const { directory } = this.#options;
    const revision = await directory.revision();
    if (revision === this.#revision) return;
    const all = await directory.sources();
    this.#sources = new Map(
      all.filter((source) => source.kind === 'http').map((source) => [source.id, source]),
    );
    this.#revision = revision;
  }

  /** Events of this source were stored. */
  hears(sourceId: string): void {
    if (this.#heard.has(sourceId)) return;
    this.#heard.add(sourceId);
    this.#options.heard(sourceId);
  }

  /** For the health page. */
  states(): ReadonlyMap<string, SourceState> {
    const stateOf = (id: string): SourceState =>
      this.#heard.has(id) ? { status: 'connected' } : { status: 'connecting' };
    return new Map([...this.#sources.keys()].map((id) => [id, stateOf(id)]));
  }
}
