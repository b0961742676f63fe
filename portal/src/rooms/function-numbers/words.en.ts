export const en = {
  title: 'Function numbers',
  about:
    'Numbers where no person answers, but a menu, a queue or a mailbox. Their part of a call is not told to the CRM; as soon as a user’s phone rings, that is.',
  number: 'Number',
  numberAbout: 'A telephone number or an internal number, as one dials it.',
  kind: 'What answers there',
  kinds: {
    IVR: 'Menu (“press 1 for …”)',
    QUEUE: 'Queue',
    HUNT_GROUP: 'Group that rings together or in turn',
    CONFERENCE: 'Conference room',
    VOICEMAIL: 'Voicemail',
    PARK: 'Parked calls',
    FEATURE_CODE: 'Service code (such as *8 to pick up)',
    FAX: 'Fax',
    OTHER: 'Something else that is no person',
  },
  add: 'Add a function number',
  change: 'Change the function number',
  empty: 'There is no function number yet',
  emptyText:
    'Add the numbers of your menus, queues, groups and mailboxes, so that none of them is ever taken for a person.',
  remove: 'Remove the function number',
  removeQuestion: 'From now on {{number}} is like any other number, and can be given to a user.',
  actions: 'Actions',
};
