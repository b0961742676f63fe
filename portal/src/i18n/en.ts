/** All words of the portal in English, by room. */
import { en as accounts } from '../rooms/accounts/words.en.ts';
import { en as apiKeys } from '../rooms/api-keys/words.en.ts';
import { en as audit } from '../rooms/audit/words.en.ts';
import { en as calls } from '../rooms/calls/words.en.ts';
import { en as endpoints } from '../rooms/endpoints/words.en.ts';
import { en as functionNumbers } from '../rooms/function-numbers/words.en.ts';
import { en as installation } from '../rooms/installation/words.en.ts';
import { en as me } from '../rooms/me/words.en.ts';
import { en as messages } from '../rooms/messages/words.en.ts';
import { en as organisations } from '../rooms/organisations/words.en.ts';
import { en as overview } from '../rooms/overview/words.en.ts';
import { en as privacy } from '../rooms/privacy/words.en.ts';
import { en as signIn } from '../rooms/sign-in/words.en.ts';
import { en as sources } from '../rooms/sources/words.en.ts';
import { en as users } from '../rooms/users/words.en.ts';
import { en as welcome } from '../rooms/welcome/words.en.ts';
import { en as frame } from '../app/words.en.ts';
import { en as problems } from '../api/words.en.ts';
import { en as ui } from '../ui/words.en.ts';

export const en = {
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
