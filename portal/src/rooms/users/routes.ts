import { createRoute, lazyRouteComponent, notFound } from '@tanstack/react-router';
import { organisationRoute } from '../../app/frame-routes.ts';
import { sought } from '../../ui/sought.ts';

const page = createRoute({
  getParentRoute: () => organisationRoute,
  path: '/users',
  validateSearch: sought,
  component: lazyRouteComponent(() => import('./users-page.tsx'), 'UsersPage'),
});

const importPage = createRoute({
  getParentRoute: () => organisationRoute,
  path: '/users/import',
  beforeLoad({ context: { me } }) {
    if (!me.may_write) throw notFound();
  },
  component: lazyRouteComponent(() => import('./import-page.tsx'), 'ImportPage'),
});

const unknownPhonesPage = createRoute({
  getParentRoute: () => organisationRoute,
  path: '/users/unknown-phones',
  validateSearch: ({ all }: Record<string, unknown>): { all?: true } => (all === true ? { all } : {}),
  component: lazyRouteComponent(() => import('./unknown-phones-page.tsx'), 'UnknownPhonesPage'),
});

export const usersRoutes = [page, importPage, unknownPhonesPage] as const;
