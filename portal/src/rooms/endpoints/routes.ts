import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { organisationRoute } from '../../app/frame-routes.ts';

const page = createRoute({
  getParentRoute: () => organisationRoute,
  path: '/endpoints',
  component: lazyRouteComponent(() => import('./endpoints-page.tsx'), 'EndpointsPage'),
});

export const endpointsRoutes = [page] as const;
