/** All pages by their addresses. Each room brings its own; they are loaded when somebody goes there. */
import type { QueryClient } from '@tanstack/react-query';
import { createRouter } from '@tanstack/react-router';
import { accountsOfInstallation, accountsOfOrganisation } from '../rooms/accounts/routes.ts';
import { apiKeysOfInstallation, apiKeysOfOrganisation } from '../rooms/api-keys/routes.ts';
import { auditOfInstallation, auditOfOrganisation } from '../rooms/audit/routes.ts';
import { callsRoutes } from '../rooms/calls/routes.ts';
import { endpointsRoutes } from '../rooms/endpoints/routes.ts';
import { functionNumbersRoutes } from '../rooms/function-numbers/routes.ts';
import { installationRoutes } from '../rooms/installation/routes.ts';
import { meRoutes } from '../rooms/me/routes.ts';
import { messagesRoutes } from '../rooms/messages/routes.ts';
import { organisationsRoutes } from '../rooms/organisations/routes.ts';
import { overviewRoutes } from '../rooms/overview/routes.ts';
import { privacyRoutes } from '../rooms/privacy/routes.ts';
import { signInRoutes } from '../rooms/sign-in/routes.ts';
import { sourcesRoutes } from '../rooms/sources/routes.ts';
import { usersRoutes } from '../rooms/users/routes.ts';
import { welcomeRoutes } from '../rooms/welcome/routes.ts';
import { Failed, NotFound } from './failed.tsx';
import {
  homeRoute,
  insideRoute,
  operatorRoute,
  organisationRoute,
  outsideRoute,
  rootRoute,
} from './frame-routes.ts';

const routeTree = rootRoute.addChildren([
  outsideRoute.addChildren([...signInRoutes]),
  insideRoute.addChildren([
    homeRoute,
    ...welcomeRoutes,
    ...meRoutes,
    organisationRoute.addChildren([
      ...overviewRoutes,
      ...callsRoutes,
      ...messagesRoutes,
      ...endpointsRoutes,
      ...privacyRoutes,
      ...usersRoutes,
      ...functionNumbersRoutes,
      ...accountsOfOrganisation,
      ...apiKeysOfOrganisation,
      ...auditOfOrganisation,
    ]),
    operatorRoute.addChildren([
      ...installationRoutes,
      ...organisationsRoutes,
      ...sourcesRoutes,
      ...accountsOfInstallation,
      ...apiKeysOfInstallation,
      ...auditOfInstallation,
    ]),
  ]),
]);

export function createAppRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    defaultErrorComponent: Failed,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
