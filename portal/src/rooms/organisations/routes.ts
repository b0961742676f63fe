import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { operatorRoute } from '../../app/frame-routes.ts';
import { sought } from '../../ui/sought.ts';

const page = createRoute({
  getParentRoute: () => operatorRoute,
  path: '/organisations',
  validateSearch: sought,
  component: lazyRouteComponent(() => import('./organisations-page.tsx'), 'OrganisationsPage'),
});

export const organisationsRoutes = [page] as const;
