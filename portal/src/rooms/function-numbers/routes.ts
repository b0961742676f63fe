import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { organisationRoute } from '../../app/frame-routes.ts';

const page = createRoute({
  getParentRoute: () => organisationRoute,
  path: '/function-numbers',
  component: lazyRouteComponent(() => import('./function-numbers-page.tsx'), 'FunctionNumbersPage'),
});

export const functionNumbersRoutes = [page] as const;
