import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { operatorRoute, organisationRoute } from '../../app/frame-routes.ts';

const component = lazyRouteComponent(() => import('./accounts-page.tsx'), 'AccountsPage');

const ofOrganisation = createRoute({ getParentRoute: () => organisationRoute, path: '/accounts', component });
const ofInstallation = createRoute({ getParentRoute: () => operatorRoute, path: '/accounts', component });

export const accountsOfOrganisation = [ofOrganisation] as const;
export const accountsOfInstallation = [ofInstallation] as const;
