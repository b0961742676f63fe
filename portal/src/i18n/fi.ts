/** All words of the portal in Finnish, by room. */
import { fi as accounts } from '../rooms/accounts/words.fi.ts';
import { fi as apiKeys } from '../rooms/api-keys/words.fi.ts';
import { fi as audit } from '../rooms/audit/words.fi.ts';
import { fi as calls } from '../rooms/calls/words.fi.ts';
import { fi as endpoints } from '../rooms/endpoints/words.fi.ts';
import { fi as functionNumbers } from '../rooms/function-numbers/words.fi.ts';
import { fi as installation } from '../rooms/installation/words.fi.ts';
import { fi as me } from '../rooms/me/words.fi.ts';
import { fi as messages } from '../rooms/messages/words.fi.ts';
import { fi as organisations } from '../rooms/organisations/words.fi.ts';
import { fi as overview } from '../rooms/overview/words.fi.ts';
import { fi as privacy } from '../rooms/privacy/words.fi.ts';
import { fi as signIn } from '../rooms/sign-in/words.fi.ts';
import { fi as sources } from '../rooms/sources/words.fi.ts';
import { fi as users } from '../rooms/users/words.fi.ts';
import { fi as welcome } from '../rooms/welcome/words.fi.ts';
import { fi as frame } from '../app/words.fi.ts';
import { fi as problems } from '../api/words.fi.ts';
import { fi as ui } from '../ui/words.fi.ts';

export const fi = {
  frame,
  problems,
  ui,
  accounts,
  apiKeys,
  audit,
  calls,
  endpoints,
  functionNumbers,
  installation,
  me,
  messages,
  organisations,
  overview,
  privacy,
  signIn,
  sources,
  users,
  welcome,
};
