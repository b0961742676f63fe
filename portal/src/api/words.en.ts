/** By the codes of problems (docs/ERRORS.md), as far as people meet them. */
export const en = {
  UNKNOWN: 'Something went wrong',
  UNREACHABLE: 'Callhook cannot be reached. Is the network there?',
  LOGIN_NEEDED: 'Your session has ended. Log in again.',
  LOGIN_REFUSED: 'E-mail address or password is not right, or the account is disabled.',
  FORBIDDEN: 'This is not yours to do.',
  CROSS_SITE: 'The request did not come from this page.',
  NOT_FOUND: 'There is nothing here.',
  CONFLICT: 'This does not go together with what is there.',
  LINK_USED: 'The link is not good any more: it was used, or its time is over.',
  CHANGED_MEANWHILE: 'Somebody has changed it meanwhile. Load the page again.',
  MATCH_NEEDED: 'There is one of this name already. Change that one, or choose another name.',
  REQUEST_INVALID: 'Some of it is not right.',
  DEVICE_NOT_ALLOWED:
    'Your operator has not allowed this organisation to use this phone. Ask the operator, or take another one.',
  DEVICE_IN_USE: 'This phone is in use already. Ask your operator.',
  TOO_MANY_REQUESTS: 'Too many tries. Wait a little.',
  INTERNAL: 'Something went wrong on the server.',
  STORE_UNAVAILABLE: 'The database cannot be reached at the moment. Try again soon.',
};
