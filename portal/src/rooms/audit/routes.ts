import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { operatorRoute, organisationRoute } from '../../app/frame-routes.ts';

const component = lazyRouteComponent(() => import('./audit-page.tsx'), 'AuditPage');

const ofOrganisation = createRoute({ getParentRoute: () => organisationRoute, path: '/audit', component });
const ofInstallation = createRoute({ getParentRoute: () => operatorRoute, path: '/audit', component });

export const auditOfOrganisation = [ofOrganisation] as const;
export const auditOfInstallation = [ofInstallation] as const;
