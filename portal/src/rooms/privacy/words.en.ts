/** The names of the seven settings are those of the connector's own description. */
export const en = {
  title: 'Restrict sharing of personal data',
  about:
    'What is removed or masked here never leaves Callhook: it is taken out before a message is stored, logged or sent to your CRM.',
  mayOnlyLook: 'You can look at these settings. An administrator of your organisation can change them.',
  local: 'Your users (local)',
  remote: 'The other party (remote)',
  device: 'The device',
  remove_local_user_id: { label: 'Remove Local User-Id', about: 'The user id of your user.' },
  modify_local_number: { label: 'Modify Local Number', about: 'The phone number of your user.' },
  remove_local_email: { label: 'Remove Local Email', about: 'The e-mail address of your user.' },
  remove_remote_user_id: {
    label: 'Remove Remote User-Id',
    about: 'The user id of the other party, where it is a colleague.',
  },
  modify_remote_number: { label: 'Modify Remote Number', about: 'The phone number of the other party.' },
  remove_remote_email: {
    label: 'Remove Remote Email',
    about: 'The e-mail address of the other party, where it is a colleague.',
  },
  remove_device_type: {
    label: 'Remove Device Type',
    about: 'On what the user talks: desk phone, app, mobile …',
  },
  numbers: { keep: 'Share as it is', remove: 'Remove', mask: 'Mask' },
  digits: 'Digits to mask',
  digitsRange: '{{least}} to {{most}}, from the end',
  appliesTo: 'Applies to',
  scopes: { both: 'All calls', INCOMING: 'Incoming calls only', OUTGOING: 'Outgoing calls only' },
  next: 'Applies to the next message, once saved.',
  saved: 'Saved. Applies to the next message.',
  preview: 'What your CRM gets',
  previewAbout: 'An example call, with what you have chosen. People and numbers are made up.',
  previewOutgoing:
    'The example is an incoming call: it stays as it is, because you have chosen outgoing calls only.',
  before: 'If everything is shared',
  after: 'With these settings',
  changes_zero: 'Nothing is held back.',
  changes_one: '1 line changes.',
  changes_other: '{{count}} lines change.',
  change: { removed: 'removed', masked: 'masked' },
};
