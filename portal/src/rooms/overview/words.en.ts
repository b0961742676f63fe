export const en = {
  title: 'Overview',
  kinds: {
    setUp: {
      title: 'Almost ready',
      text: 'Something is still missing before calls can be reported. Go on below.',
    },
    silent: {
      title: 'Ready for the first call',
      text: 'All is set up. As soon as the phone of a user rings, the call appears here.',
    },
    unwell: {
      title: 'A system of yours does not take messages',
      text: 'Nothing is lost: messages wait, and go out in order as soon as it answers again.',
    },
    off: {
      title: 'Reporting is switched off',
      text: 'Messages are kept, but none is sent until the webhook connector is switched on again.',
    },
    catchingUp: {
      title: 'Catching up',
      text: 'A system of yours answers again. What has waited is being sent, in order.',
    },
    failed: {
      title: 'It works, but some messages were given up',
      text: 'In the last 24 hours some messages could not be delivered in time. See which calls they are of.',
    },
    well: { title: 'Everything works', text: 'Your systems take what they are sent.' },
  },
  next: 'What to do next',
  askAdministrator: 'An administrator of your organisation can do this.',
  steps: {
    users: {
      title: 'Add your users',
      text: 'Only calls of users who are listed here are reported.',
      go: 'Add users',
    },
    endpoint: {
      title: 'Say where calls are reported to',
      text: 'Enter the address that the maker of your CRM or other system gave you.',
      go: 'Enter the address',
    },
    call: {
      title: 'Make a call',
      text: 'No call was seen yet. Call one of your users; if nothing appears here, check their phones in the list of users.',
      go: 'Check the users',
    },
  },
  lastCalls: 'Calls now and lately',
  allCalls: 'All calls',
  systems: 'Your systems',
  toConnector: 'Webhook connector',
  health: {
    healthy: 'Works',
    failing: 'Has trouble',
    paused: 'Does not take messages',
    probing: 'Does not take messages',
    recovering: 'Catching up',
    disabled: 'Switched off',
  },
  because: 'At the last try it {{why}}.',
  waiting_one: '{{count}} message waits.',
  waiting_other: '{{count}} messages wait.',
  neverTook: 'It has not taken a message yet.',
  lastTook: 'It last took a message:',
  day: 'Messages of the last 24 hours',
  allMessages: 'All messages',
  figures: { delivered: 'Delivered', waiting: 'Waiting', failed: 'Failed' },
  failedCalls: 'Calls with failed messages',
};
