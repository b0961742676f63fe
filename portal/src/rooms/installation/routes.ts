import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { operatorRoute } from '../../app/frame-routes.ts';

const overview = createRoute({
  getParentRoute: () => operatorRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./installation-page.tsx'), 'InstallationPage'),
});

const settings = createRoute({
  getParentRoute: () => operatorRoute,
  path: '/settings',
  component: lazyRouteComponent(() => import('./settings-page.tsx'), 'SettingsPage'),
});

export const installationRoutes = [overview, settings] as const;
