import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { organisationRoute } from '../../app/frame-routes.ts';

const page = createRoute({
  getParentRoute: () => organisationRoute,
  path: '/calls',
  component: lazyRouteComponent(() => import('./calls-page.tsx'), 'CallsPage'),
});

export const callsRoutes = [page] as const;
