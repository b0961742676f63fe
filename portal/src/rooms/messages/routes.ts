import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { organisationRoute } from '../../app/frame-routes.ts';
import { readFilters } from './filters.ts';

const list = createRoute({
  getParentRoute: () => organisationRoute,
  path: '/messages',
  validateSearch: readFilters,
  component: lazyRouteComponent(() => import('./messages-page.tsx'), 'MessagesPage'),
});

const one = createRoute({
  getParentRoute: () => organisationRoute,
  path: '/messages/$message',
  component: lazyRouteComponent(() => import('./message-page.tsx'), 'MessagePage'),
});

export const messagesRoutes = [list, one] as const;
