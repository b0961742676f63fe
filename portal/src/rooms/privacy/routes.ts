import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { organisationRoute } from '../../app/frame-routes.ts';

const page = createRoute({
  getParentRoute: () => organisationRoute,
  path: '/privacy',
  component: lazyRouteComponent(() => import('./privacy-page.tsx'), 'PrivacyPage'),
});

export const privacyRoutes = [page] as const;
