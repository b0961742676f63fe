import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { organisationRoute } from '../../app/frame-routes.ts';
import { readSearch } from './search.ts';

const page = createRoute({
  getParentRoute: () => organisationRoute,
  path: '/calls',
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import('./calls-page.tsx'), 'CallsPage'),
});

const call = createRoute({
  getParentRoute: () => organisationRoute,
  path: '/calls/$call',
  component: lazyRouteComponent(() => import('./call-page.tsx'), 'CallPage'),
});

const notReported = createRoute({
  getParentRoute: () => organisationRoute,
  path: '/calls/not-reported',
  component: lazyRouteComponent(() => import('./not-reported-page.tsx'), 'NotReportedPage'),
});

export const callsRoutes = [page, call, notReported] as const;
