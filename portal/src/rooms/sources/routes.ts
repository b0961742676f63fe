import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { operatorRoute } from '../../app/frame-routes.ts';

const list = createRoute({
  getParentRoute: () => operatorRoute,
  path: '/sources',
  component: lazyRouteComponent(() => import('./sources-page.tsx'), 'SourcesPage'),
});

const added = createRoute({
  getParentRoute: () => operatorRoute,
  path: '/new-source',
  component: lazyRouteComponent(() => import('./new-source-page.tsx'), 'NewSourcePage'),
});

const one = createRoute({
  getParentRoute: () => operatorRoute,
  path: '/sources/$source',
  component: lazyRouteComponent(() => import('./source-page.tsx'), 'SourcePage'),
});

export const sourcesRoutes = [list, added, one] as const;
