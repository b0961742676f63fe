/** What the side of the window leads to. */
import {
  IconAdjustments,
  IconBuilding,
  IconHash,
  IconHistory,
  IconHome,
  IconKey,
  IconLock,
  IconPhone,
  IconPhoneCall,
  IconSend,
  IconServer,
  IconUserCog,
  IconUsers,
  IconWebhook,
  type Icon,
} from '@tabler/icons-react';
import type { LinkProps } from '@tanstack/react-router';

export interface Place {
  /** Its name among the words: `frame.places.…`. */
  name: string;
  icon: Icon;
  to: LinkProps['to'];
  /** Only for those who may change things. */
  administers?: true;
}

export const ORGANISATION_PLACES = [
  { name: 'overview', icon: IconHome, to: '/o/$organisation' },
  { name: 'calls', icon: IconPhoneCall, to: '/o/$organisation/calls' },
  { name: 'messages', icon: IconSend, to: '/o/$organisation/messages' },
  { name: 'connector', icon: IconWebhook, to: '/o/$organisation/endpoints' },
  { name: 'privacy', icon: IconLock, to: '/o/$organisation/privacy' },
  { name: 'users', icon: IconUsers, to: '/o/$organisation/users' },
  { name: 'functionNumbers', icon: IconHash, to: '/o/$organisation/function-numbers' },
  { name: 'accounts', icon: IconUserCog, to: '/o/$organisation/accounts', administers: true },
  { name: 'apiKeys', icon: IconKey, to: '/o/$organisation/api-keys', administers: true },
  { name: 'audit', icon: IconHistory, to: '/o/$organisation/audit', administers: true },
] as const satisfies readonly Place[];

export const OPERATOR_PLACES = [
  { name: 'installation', icon: IconServer, to: '/operator' },
  { name: 'organisations', icon: IconBuilding, to: '/operator/organisations' },
  { name: 'sources', icon: IconPhone, to: '/operator/sources' },
  { name: 'accounts', icon: IconUserCog, to: '/operator/accounts' },
  { name: 'apiKeys', icon: IconKey, to: '/operator/api-keys' },
  { name: 'audit', icon: IconHistory, to: '/operator/audit' },
  { name: 'settings', icon: IconAdjustments, to: '/operator/settings' },
] as const satisfies readonly Place[];
