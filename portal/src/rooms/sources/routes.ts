import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { operatorRoute } from '../../app/frame-routes.ts';

const page = createRoute({
  getParentRoute: () => operatorRoute,
  path: '/sources',
  component: lazyRouteComponent(() => import('./sources-page.tsx'), 'SourcesPage'),
});

export const sourcesRoutes = [page] as const;
