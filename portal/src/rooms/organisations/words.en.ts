export const en = {
  title: 'Organisations',
  about: 'Each has its own users, addresses, settings and accounts, and sees nothing of the others.',
  name: 'Name',
  id: 'Short name',
  idAbout: 'It stands in addresses and cannot be changed later.',
  idRule: 'Small letters a to z, digits, - _ and . only; a letter or digit first.',
  country: 'Country',
  countryAbout: 'Numbers without a country code are read as numbers of this country.',
  countryNeeded: 'Choose a country.',
  noCountry: 'There is no such country',
  make: 'Add an organisation',
  change: 'Change the organisation',
  saved: '{{name}} is saved.',
  search: 'Search by name',
  notFound: 'No organisation has “{{q}}” in its name.',
  empty: 'There is no organisation yet',
  emptyText:
    'An organisation is a company whose calls are told to its CRM. Add the first one, then its users.',
  remove: 'Remove the organisation',
  removeQuestion:
    '{{name}} goes with all that is its own: users, addresses, settings, accounts and keys. No call of theirs is told any more, and what still waits is not sent. This cannot be undone.',
  actions: 'Actions',
};
