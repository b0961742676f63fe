import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { organisationRoute } from '../../app/frame-routes.ts';
import { searchOf } from './search.ts';

const list = createRoute({
  getParentRoute: () => organisationRoute,
  path: '/endpoints',
  component: lazyRouteComponent(() => import('./endpoints-page.tsx'), 'EndpointsPage'),
});

const made = createRoute({
  getParentRoute: () => organisationRoute,
  // No endpoint is called `-`.
  path: '/endpoints/-/new',
  component: lazyRouteComponent(() => import('./new-endpoint-page.tsx'), 'NewEndpointPage'),
});

const one = createRoute({
  getParentRoute: () => organisationRoute,
  path: '/endpoints/$endpoint',
  validateSearch: searchOf,
  component: lazyRouteComponent(() => import('./endpoint-page.tsx'), 'EndpointPage'),
});

export const endpointsRoutes = [list, made, one] as const;
