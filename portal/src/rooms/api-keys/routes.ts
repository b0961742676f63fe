import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { operatorRoute, organisationRoute } from '../../app/frame-routes.ts';

const component = lazyRouteComponent(() => import('./api-keys-page.tsx'), 'ApiKeysPage');

const ofOrganisation = createRoute({ getParentRoute: () => organisationRoute, path: '/api-keys', component });
const ofInstallation = createRoute({ getParentRoute: () => operatorRoute, path: '/api-keys', component });

export const apiKeysOfOrganisation = [ofOrganisation] as const;
export const apiKeysOfInstallation = [ofInstallation] as const;
