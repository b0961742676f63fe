import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { insideRoute } from '../../app/frame-routes.ts';
import { STEPS, type Step } from './steps.ts';

const page = createRoute({
  getParentRoute: () => insideRoute,
  path: '/welcome',
  validateSearch: ({ step }: Record<string, unknown>): { step?: Step } => ({
    step: STEPS.find((one) => one === step),
  }),
  beforeLoad({ context: { me } }) {
    if (me.role !== 'operator') throw redirect({ to: '/' });
  },
  component: lazyRouteComponent(() => import('./welcome-page.tsx'), 'WelcomePage'),
});

export const welcomeRoutes = [page] as const;
