/** The table of all routes, in the order of the document. What platforms post is in events.ts. */
import { accountRoutes } from './accounts/routes.ts';
import { apiKeyRoutes } from './api-keys/routes.ts';
import { auditRoutes } from './audit/routes.ts';
import { callRoutes } from './calls/routes.ts';
import type { ApiContext } from './context.ts';
import { endpointStateRoutes } from './endpoint-states/routes.ts';
import { commandRoutes } from './endpoints/command-routes.ts';
import { endpointRoutes } from './endpoints/routes.ts';
import { functionNumberRoutes } from './function-numbers/routes.ts';
import { installationRoutes } from './installation/routes.ts';
import { invitationRoutes } from './invitations/routes.ts';
import { linkRoutes } from './me/links-routes.ts';
import { meRoutes } from './me/routes.ts';
import { messageRoutes } from './messages/routes.ts';
import { organisationRoutes } from './organisations/routes.ts';
import type { Route } from './route.ts';
import { sourceRoutes } from './sources/routes.ts';
import type { StreamLimits } from './stream/listeners.ts';
import { streamRoutes } from './stream/routes.ts';
import { statisticsRoutes } from './statistics/routes.ts';
import { userImportRoute } from './users/import.ts';
import { userRoutes } from './users/routes.ts';

export function allRoutes(context: ApiContext, streams?: StreamLimits): Route[] {
  return [
    ...meRoutes(context),
    ...linkRoutes(context),
    ...organisationRoutes(context),
    ...userRoutes(context),
    userImportRoute(context),
    ...functionNumberRoutes(context),
    ...endpointRoutes(context),
    ...endpointStateRoutes(context),
    ...messageRoutes(context),
    ...callRoutes(context),
    ...statisticsRoutes(context),
    ...commandRoutes(context),
    ...sourceRoutes(context),
    ...accountRoutes(context),
    ...invitationRoutes(context),
    ...apiKeyRoutes(context),
    ...auditRoutes(context),
    ...streamRoutes(context, streams),
    ...installationRoutes(context),
  ];
}
