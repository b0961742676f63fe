/** The whole installation, for the operator: what `callhook status` shows, the settings, devices that nobody knows. */
import { VERSION } from '../../runtime/version.ts';
import type { UnknownDevice } from '../../store/log.ts';
import type { ApiContext } from '../context.ts';
import { stateWords } from '../endpoint-states/words.ts';
import { route, type Route } from '../route.ts';
import { inOrganisation, timeText } from '../shapes.ts';
import { sourceStateWords } from '../sources/routes.ts';
import { organisationOf } from '../users/routes.ts';
import { devicesQuery, overview, settings, unknownDevices } from './schemas.ts';

const TAG = 'Installation';
const MOST_ENDPOINTS = 200;

export function installationRoutes(context: ApiContext): Route[] {
  const { store } = context;
  const shown = route({
    operation: 'getOverview',
    method: 'GET',
    path: '/api/v1/overview',
    tag: TAG,
    summary: 'Everything at a glance',
    description:
      'What `callhook status` shows: nodes, sources, open legs, what waits, endpoints that do not take messages.',
    need: { who: 'operator' },
    answer: { status: 200, schema: overview, says: 'How the installation is' },
    async handle() {
      const { installation } = context;
      const { sources, byHealth, backlog, concerning } = await store.health.summary(MOST_ENDPOINTS);
      const problem = installation.databaseProblem();
      return {
        body: {
          version: VERSION,
          node: store.node,
          nodes: await nodesOf(context),
          database: { ...installation.database, ...(problem !== undefined && { problem }) },
          open_legs: sources.reduce((sum, { openLegs }) => sum + openLegs, 0),
          sources: sources.map(sourceStateWords),
          backlog: {
            messages: backlog.messages,
            calls: backlog.lanes,
            ...(backlog.oldestAtMs !== undefined && { oldest_since: timeText(backlog.oldestAtMs) }),
          },
          endpoints: {
            by_state: byHealth,
            concerning: concerning.map((endpoint) => ({
              organisation: endpoint.organisationId,
              ...stateWords(endpoint),
            })),
          },
        },
      };
    },
  });
  const set = route({
    operation: 'listSettings',
    method: 'GET',
    path: '/api/v1/settings',
    tag: TAG,
    summary: 'List the settings in force',
    description: 'Of the node that answers. What may hold a secret is not shown: only whether it is set.',
    need: { who: 'operator' },
    answer: { status: 200, schema: settings, says: 'Every setting, and where it comes from' },
    handle: async () => ({ body: { items: context.installation.settings } }),
  });
  const devices = route({
    operation: 'listUnknownDevices',
    method: 'GET',
    path: '/api/v1/unknown-devices',
    tag: TAG,
    summary: 'List devices that nobody knows',
    description:
      'Seen on the phone systems, and in no directory: trunks, and phones whose calls are not reported.',
    need: { who: 'operator' },
    query: devicesQuery,
    answer: { status: 200, schema: unknownDevices, says: 'The devices' },
    async handle({ query }) {
      return { body: { items: (await store.log.unknownDevices(query.limit)).map(deviceWords) } };
    },
  });
  const ofOrganisation = route({
    operation: 'listUnknownDevicesOfOrganisation',
    method: 'GET',
    path: '/api/v1/organisations/{organisation}/unknown-devices',
    tag: 'Users',
    summary: 'List devices that nobody knows and the organisation may add',
    description:
      'Seen on the phone systems, in no directory, and among the organisation’s `allowed_devices`.',
    need: { who: 'organisation' },
    params: inOrganisation,
    query: devicesQuery,
    answer: { status: 200, schema: unknownDevices, says: 'The devices' },
    async handle({ params, query }) {
      const found = await store.log.unknownDevicesFor(params.organisation, query.limit);
      if (found.length === 0) await organisationOf(context, params.organisation);
      return { body: { items: found.map(deviceWords) } };
    },
  });
  return [shown, set, devices, ofOrganisation];
}

function deviceWords({ sourceId, address, events, firstAtMs, lastAtMs }: UnknownDevice) {
  return {
    source: sourceId,
    address,
    events,
    first_seen_at: timeText(firstAtMs),
    last_seen_at: timeText(lastAtMs),
  };
}

/** Those that show signs of life; the one that answers does so by answering. */
async function nodesOf({ store }: ApiContext): Promise<{ id: string }[]> {
  const alive = await store.leases.held('node/', store.nowMs());
  return [...new Set([store.node, ...alive.map(({ node }) => node)])].toSorted().map((id) => ({ id }));
}
