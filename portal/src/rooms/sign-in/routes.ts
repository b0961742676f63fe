import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { outsideRoute } from '../../app/frame-routes.ts';

const login = createRoute({
  getParentRoute: () => outsideRoute,
  path: '/login',
  /** `to`: the page that was asked for. */
  validateSearch: ({ to }: Record<string, unknown>): { to?: string } => ({
    to: isOurs(to) ? to : undefined,
  }),
  component: lazyRouteComponent(() => import('./login-page.tsx'), 'LoginPage'),
});

const forgotten = createRoute({
  getParentRoute: () => outsideRoute,
  path: '/forgotten-password',
  component: lazyRouteComponent(() => import('./forgotten-page.tsx'), 'ForgottenPage'),
});

const setUp = createRoute({
  getParentRoute: () => outsideRoute,
  path: '/set-up',
  component: lazyRouteComponent(() => import('./set-up-page.tsx'), 'SetUpPage'),
});

const invitation = createRoute({
  getParentRoute: () => outsideRoute,
  path: '/invitation',
  component: lazyRouteComponent(() => import('./invitation-page.tsx'), 'InvitationPage'),
});

const reset = createRoute({
  getParentRoute: () => outsideRoute,
  path: '/password-reset',
  component: lazyRouteComponent(() => import('./reset-page.tsx'), 'ResetPage'),
});

export const signInRoutes = [login, forgotten, setUp, invitation, reset] as const;

/** No link may lead from our login to another site: `//evil.example` and `/\evil.example` do. */
function isOurs(to: unknown): to is string {
  return typeof to === 'string' && /^\/(?![/\\])/.test(to);
}
