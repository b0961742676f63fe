import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { operatorRoute, organisationRoute } from '../../app/frame-routes.ts';
import { readFilters } from './filters.ts';

const page = {
  path: '/audit',
  validateSearch: readFilters,
  component: lazyRouteComponent(() => import('./audit-page.tsx'), 'AuditPage'),
} as const;

const ofOrganisation = createRoute({ getParentRoute: () => organisationRoute, ...page });
const ofInstallation = createRoute({ getParentRoute: () => operatorRoute, ...page });

export const auditOfOrganisation = [ofOrganisation] as const;
export const auditOfInstallation = [ofInstallation] as const;
