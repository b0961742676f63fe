/** What endpoints are told: on, off, another secret, send again, a test. The commands themselves are in src/command/. */
import type { z } from 'zod';
import { enableEndpoint } from '../../command/enable.ts';
import { replay } from '../../command/replay.ts';
import { readOverlap, rotateSecret } from '../../command/rotate-secret.ts';
import { testEndpoint, wordTested } from '../../command/test-endpoint.ts';
import type { By } from '../../policy/audit.ts';
import type { Rate } from '../../policy/rate.ts';
import { publicKeyOf } from '../../runtime/ed25519.ts';
import type { ReplayOrder } from '../../store/store.ts';
import type { ApiContext } from '../context.ts';
import { notThere, refuseFields, Refused } from '../problem.ts';
import { route, type Route } from '../route.ts';
import { inOrganisation, timeText } from '../shapes.ts';
import { replayBody, replayed, rotateBody, rotated, switched, testBody, tested } from './command-schemas.ts';
import { ofEndpoint } from './schemas.ts';

const TAG = 'Endpoints';
const ORGANISATION = '/api/v1/organisations/{organisation}';
const ONE = `${ORGANISATION}/endpoints/{endpoint}`;
/** Of an organisation, on all nodes together: each makes us call somebody. */
const TEST_RATE: Rate = { burst: 10, everyMs: 6_000 };

export function commandRoutes(context: ApiContext): Route[] {
  return [
    switchRoute(context, 'enable'),
    switchRoute(context, 'disable'),
    rotateRoute(context),
    testRoute(context),
    replayRoute(context),
  ];
}

interface Asked {
  params: { organisation: string; endpoint: string };
  by: By;
  nowMs: number;
}

function commandOf({ params, by, nowMs }: Asked) {
  return { organisationId: params.organisation, endpointId: params.endpoint, by, nowMs };
}

function switchRoute(context: ApiContext, verb: 'enable' | 'disable'): Route {
  const on = verb === 'enable';
  return route({
    operation: `${verb}Endpoint`,
    method: 'POST',
    path: `${ONE}/${verb}`,
    tag: TAG,
    summary: on ? 'Deliver to an endpoint again' : 'Stop delivering to an endpoint',
    description: on
      ? 'One message goes first; once it is taken, the others follow in order.'
      : 'Its messages are kept until it is enabled; those whose time is over expire as always.',
    need: { who: 'administrator' },
    params: ofEndpoint,
    answer: { status: 200, schema: switched, says: 'How it is now' },
    async handle(asked) {
      if (!(await enableEndpoint(context.store, commandOf(asked), on))) throw notThere('endpoint');
      context.wake();
      return { body: { id: asked.params.endpoint, enabled: on } };
    },
  });
}

function rotateRoute(context: ApiContext): Route {
  return route({
    operation: 'rotateSecret',
    method: 'POST',
    path: `${ONE}/rotate-secret`,
    tag: TAG,
    summary: 'Give an endpoint another signing secret',
    description:
      'Both sign for the time of `overlap`. The new secret is shown only now; of a pair of keys the public one. ' +
      'Where a directory file names a `secret` for it, `callhook apply` would bring that one back.',
    need: { who: 'administrator' },
    params: ofEndpoint,
    body: rotateBody,
    answer: { status: 200, schema: rotated, says: 'The new secret' },
    async handle(asked) {
      const { organisation, endpoint } = asked.params;
      const { overlap, signing } = asked.body;
      const overlapMs = overlap === undefined ? undefined : readOverlap(overlap);
      const made = await rotateSecret(context, commandOf(asked), { overlapMs, signing });
      if (made === undefined) throw notThere('endpoint');
      const { secret, formerUntilMs } = made;
      const shown =
        made.signing === 'ed25519'
          ? {
              public_key: publicKeyOf(secret),
              public_keys_path: `/api/v1/organisations/${organisation}/endpoints/${endpoint}/public-keys`,
            }
          : { secret };
      const former = formerUntilMs !== undefined && { former_signs_until: timeText(formerUntilMs) };
      return { body: { id: endpoint, signing: made.signing, ...shown, ...former } };
    },
  });
}

function testRoute(context: ApiContext): Route {
  return route({
    operation: 'testEndpoint',
    method: 'POST',
    path: `${ONE}/test`,
    tag: TAG,
    summary: 'Send an endpoint an example message now',
    description:
      'As real messages are sent, with the privacy settings, marked by `callhook-test: true`. It is kept nowhere and ' +
      'says nothing about the endpoint’s health. Also while it is disabled. Ten at once for an organisation, then ten a minute.',
    need: { who: 'administrator' },
    params: ofEndpoint,
    body: testBody,
    answer: { status: 200, schema: tested, says: 'What happened, whether it was delivered or not' },
    async handle(asked) {
      const { organisation, endpoint } = asked.params;
      const { directory, accounts } = context.store;
      if ((await directory.endpoint(organisation, endpoint)) === undefined) throw notThere('endpoint');
      const permit = await accounts.tryOnce(`test ${organisation}`, asked.nowMs, TEST_RATE);
      if (!permit.allowed) {
        throw new Refused(
          'TOO_MANY_REQUESTS',
          'So many tests at a time are not sent. Wait for Retry-After.',
          {
            headers: { 'retry-after': String(Math.max(1, Math.ceil(permit.retryAfterMs / 1_000))) },
          },
        );
      }
      const { state, direction } = asked.body;
      const what = { ...(state !== undefined && { state }), ...(direction !== undefined && { direction }) };
      const sent = await testEndpoint(context, commandOf(asked), what);
      if (sent === undefined) throw notThere('endpoint');
      const { outcome } = sent;
      return {
        body: {
          delivered: outcome.ok,
          outcome: outcome.ok ? 'delivered' : outcome.code,
          says: wordTested(sent),
          ...(outcome.statusCode !== undefined && { status: outcome.statusCode }),
          ...(outcome.excerpt !== undefined && { response_body: outcome.excerpt }),
          started_at: timeText(sent.startedAtMs),
          duration_ms: Math.round(sent.durationMs),
          message_id: sent.messageId,
          sent: JSON.parse(sent.body) as unknown,
        },
      };
    },
  });
}

function replayRoute(context: ApiContext): Route {
  return route({
    operation: 'replay',
    method: 'POST',
    path: `${ORGANISATION}/replays`,
    tag: TAG,
    summary: 'Send finished messages to an endpoint again',
    description:
      'Works for two seconds at most. Where `more` is true, post `next` to go on: what is on the way again is not taken ' +
      'once more. Name `asked_at` yourself, and a request that got no answer can be sent again as it was.',
    need: { who: 'administrator' },
    params: inOrganisation,
    body: replayBody,
    answer: { status: 200, schema: replayed, says: 'How many are on the way again' },
    async handle({ params, body, by, nowMs }) {
      const { organisation: organisationId } = params;
      const { endpoint: endpointId } = body;
      const askedAtMs = body.asked_at === undefined ? nowMs : Date.parse(body.asked_at);
      if (askedAtMs > nowMs) throw wrong('asked_at', 'is in the future; leave it out to mean now');
      if ((await context.store.directory.endpoint(organisationId, endpointId)) === undefined)
        throw wrong('endpoint', 'is no endpoint of this organisation');
      const command = { organisationId, endpointId, by, nowMs, askedAtMs, what: whatOf(body) };
      const { count, more } = await replay(context, command);
      if (count > 0) context.wake();
      const asked_at = timeText(askedAtMs);
      return { body: { replayed: count, more, asked_at, ...(more && { next: { ...body, asked_at } }) } };
    },
  });
}

function wrong(name: string, message: string): Refused {
  return refuseFields([{ in: 'body', pointer: `/${name}`, message }]);
}

/** One of them is there: the shape has seen to it. */
function whatOf({ message, call, since, failed_since }: z.output<typeof replayBody>): ReplayOrder['what'] {
  if (message !== undefined) return { kind: 'message', messageId: message };
  if (call !== undefined) return { kind: 'call', callId: call };
  if (failed_since !== undefined) {
    return { kind: 'since', sinceMs: Date.parse(failed_since), only: 'failed' };
  }
  return { kind: 'since', sinceMs: Date.parse(since ?? '') };
}
