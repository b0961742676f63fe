/** The frames that pages are hung into: outside (nobody is logged in), inside, an organisation's, the operator's. */
import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, notFound, redirect } from '@tanstack/react-router';
import { meQuery } from '../api/session.ts';
import { Failed, NotFound } from './failed.tsx';
import { OrganisationFrame } from './organisation-frame.tsx';
import { OutsideFrame } from './outside-frame.tsx';
import { Shell } from './shell.tsx';

export const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  errorComponent: Failed,
  notFoundComponent: NotFound,
});

export const outsideRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'outside',
  component: OutsideFrame,
});

export const insideRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'inside',
  component: Shell,
  errorComponent: Failed,
  notFoundComponent: NotFound,
  async beforeLoad({ context, location }) {
    const me = await context.queryClient.ensureQueryData(meQuery);
    if (me === null) throw redirect({ to: '/login', search: { to: location.href } });
    return { me };
  },
});

export const homeRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/',
  beforeLoad({ context: { me } }) {
    if (me.organisation === undefined) throw redirect({ to: '/operator' });
    throw redirect({ to: '/o/$organisation', params: { organisation: me.organisation } });
  },
});

export const organisationRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/o/$organisation',
  component: OrganisationFrame,
});

export const operatorRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/operator',
  beforeLoad({ context: { me } }) {
    if (me.role !== 'operator') throw notFound();
  },
});
