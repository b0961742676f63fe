/**
 * The rules of the house: which room may import which, and which room each outside library lives in. Pure: takes
 * import edges, returns the forbidden ones. docs/ARCHITECTURE.md says why.
 */

/** An import: the file that has it and what it names, both from the root (`src/call/leg-event.ts`) or a package. */
export interface Edge {
  from: string;
  to: string;
}

/** Which of our own rooms a room may import, itself always included. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  'src/runtime': [],
  'src/call': ['src/policy/device-type.ts'],
  'src/policy': ['src/call'],
  'src/source': ['src/call', 'src/policy', 'src/runtime'],
  'src/ingest': [
    'src/call',
    'src/policy',
    'src/runtime',
    'src/source/source.ts',
    'src/store/store.ts',
    'src/store/health.ts',
    'src/store/leases.ts',
    'src/store/log.ts',
  ],
  'src/store': ['src/call', 'src/policy', 'src/runtime'],
  'src/delivery': ['src/policy', 'src/runtime', 'src/store/store.ts'],
  // What the command line and the API both tell endpoints.
  'src/command': [
    'src/call',
    'src/policy',
    'src/runtime',
    'src/source',
    'src/config/directory-file/source-kinds.ts',
    'src/store/store.ts',
    'src/delivery/attempt.ts',
    'src/delivery/outcome.ts',
    'src/delivery/signature.ts',
    'src/delivery/target.ts',
  ],
  'src/upkeep': [
    'src/policy',
    'src/runtime',
    'src/store/store.ts',
    'src/store/leases.ts',
    'src/store/upkeep.ts',
    'src/delivery/attempt.ts',
  ],
  'src/telemetry': ['src/runtime', 'src/store/store.ts'],
  'src/config': [
    'src/call',
    'src/policy',
    'src/runtime',
    'src/delivery/signature.ts',
    'src/delivery/address-guard.ts',
  ],
  'src/api': [
    'src/call',
    'src/policy',
    'src/runtime',
    'src/source/source.ts',
    'src/source/inspection.ts',
    'src/source/http-ingest',
    'src/ingest/shared-ingest.ts',
    'src/store/store.ts',
    'src/store/accounts.ts',
    'src/store/feed.ts',
    'src/store/log.ts',
    'src/store/health.ts',
    'src/config/directory-file',
    'src/delivery/signature.ts',
    'src/command',
  ],
  'src/app.ts': ['src'],
  'src/cli': ['src'],
};

/** Rooms side by side that know nothing of each other: `src/source/ami` never imports `src/source/esl`. */
const SEPARATE = ['src/source', 'src/store'];

/** The one home of a library. */
const HOME: Record<string, string> = {
  'node:sqlite': 'src/store/sqlite',
  pg: 'src/store/postgres',
  tinyqueue: 'src/store/sqlite',
  undici: 'src/delivery',
  oauth4webapi: 'src/delivery',
  fastify: 'src/api',
  '@fastify': 'src/api',
  pino: 'src/runtime',
  yaml: 'src/config',
  'smol-toml': 'src/config',
  saxes: 'src/source/dialog-info/decoder.ts',
  'libphonenumber-js': 'src/policy/phone-number.ts',
  commander: 'src/cli',
  selfsigned: 'src/cli/listen',
  nodemailer: 'src/upkeep/notices',
  'prom-client': 'src/telemetry',
  '@opentelemetry': 'src/telemetry',
};

/** Modules of Node with which something outside the process is touched. */
const IO = /^node:(fs|net|tls|http|https|dns|child_process|worker_threads|sqlite|os|process)(\/|$)/;

/** Rooms that do no IO and read no clock. What is posted is read from bytes that the API has got. */
const PURE = ['src/call', 'src/policy', 'src/source/http-ingest'];

export function violations(edges: readonly Edge[]): string[] {
  return edges.flatMap((edge) => {
    const why = edge.to.startsWith('src/') ? insideRule(edge) : outsideRule(edge);
    return why === undefined ? [] : [`${edge.from} imports ${edge.to}: ${why}`];
  });
}

function insideRule({ from, to }: Edge): string | undefined {
  if (isPureOfSource(from) && isIn(to, 'src/runtime')) return 'it is pure';
  if (to === 'src/app.ts' && !isIn(from, 'src/cli'))
    return 'only the command line knows the composition root';
  const room = Object.keys(MAY_IMPORT).find((candidate) => isIn(from, candidate));
  if (room === undefined) return 'this file is in no room of the house';
  const allowed = [room, ...(MAY_IMPORT[room] ?? [])];
  if (!allowed.some((place) => isIn(to, place))) return `${room} may import ${allowed.join(', ')} only`;
  const [mine, theirs] = [from, to].map((file) =>
    SEPARATE.map((shared) => neighbour(file, shared)).find(Boolean),
  );
  if (
    mine !== undefined &&
    theirs !== undefined &&
    mine !== theirs &&
    room !== 'src/cli' &&
    room !== 'src/app.ts'
  ) {
    return 'neighbours do not know each other';
  }
  return undefined;
}

function outsideRule({ from, to }: Edge): string | undefined {
  if ((PURE.some((room) => isIn(from, room)) || isPureOfSource(from)) && IO.test(to)) return 'it is pure';
  const name = Object.keys(HOME).find((library) => to === library || to.startsWith(`${library}/`));
  const home = name === undefined ? undefined : HOME[name];
  return home === undefined || isIn(from, home) ? undefined : `${name} lives in ${home} only`;
}

/** What a source decides is pure in each of them; only what connects, plays back or runs touches the world. */
function isPureOfSource(file: string): boolean {
  return /^src\/source\/[\w-]+\/(sip\/)?(decoder|packet|mapper|channel|resync|ending|leg|party|document|other-pbx|message|fields|digest)\.ts$/.test(
    file,
  );
}

function isIn(file: string, place: string): boolean {
  return file === place || file.startsWith(`${place}/`);
}

/** `ami` for `src/source/ami/mapper.ts` under `src/source`; undefined for what lies outside or directly in it. */
function neighbour(file: string, shared: string): string | undefined {
  const [first, ...rest] = isIn(file, shared) ? file.slice(shared.length + 1).split('/') : [];
  return rest.length > 0 ? first : undefined;
}
