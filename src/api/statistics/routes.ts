/** Figures over time: what came of an organisation's messages, and how fast. */
import type { Figures } from '../../store/log.ts';
import type { ApiContext } from '../context.ts';
import { refuseFields } from '../problem.ts';
import { route, type Route } from '../route.ts';
import { inOrganisation, timeText } from '../shapes.ts';
import { organisationOf } from '../users/routes.ts';
import { statistics, statisticsQuery, STEPS_MS } from './schemas.ts';

const DAY_MS = 86_400_000;
const MOST_STEPS = 1_000;

export function statisticsRoutes(context: ApiContext): Route[] {
  const shown = route({
    operation: 'getStatistics',
    method: 'GET',
    path: '/api/v1/organisations/{organisation}/statistics',
    tag: 'Statistics',
    summary: 'Figures over time',
    need: { who: 'organisation' },
    params: inOrganisation,
    query: statisticsQuery,
    answer: { status: 200, schema: statistics, says: 'What came of messages in each step of time' },
    async handle({ params: { organisation }, query: { endpoint, from, to, step }, nowMs }) {
      const stepMs = STEPS_MS[step];
      const toMs = to === undefined ? nowMs : Date.parse(to);
      const fromMs = from === undefined ? toMs - DAY_MS : Date.parse(from);
      refuseTooMany(fromMs, toMs, stepMs);
      await organisationOf(context, organisation);
      const found = await context.store.log.statistics(organisation, {
        ...(endpoint !== undefined && { endpointId: endpoint }),
        fromMs,
        toMs,
        stepMs,
      });
      const span = { from: timeText(fromMs), to: timeText(toMs), step };
      return { body: { ...span, items: found.map(figureWords) } };
    },
  });
  return [shown];
}

function refuseTooMany(fromMs: number, toMs: number, stepMs: number): void {
  const wrong = (message: string) => refuseFields([{ in: 'query', pointer: '/from', message }]);
  if (fromMs >= toMs) throw wrong('must be before `to`');
  if (toMs - fromMs > MOST_STEPS * stepMs) {
    throw wrong(`is more than ${MOST_STEPS} steps before \`to\`; take a longer \`step\``);
  }
}

function figureWords({ atMs, latencyMs, delivered, failed, expired, dead }: Figures) {
  const latency = latencyMs !== undefined && { latency_ms: latencyMs };
  return { at: timeText(atMs), delivered, failed, expired, dead, ...latency };
}
