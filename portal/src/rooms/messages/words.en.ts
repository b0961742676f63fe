export const en = {
  title: 'Messages',
  codes: {
    delivered: { title: 'Delivered', todo: '' },
    redirected: {
      title: 'The server points to another address',
      todo: 'Give the webhook connector the address that the server points to.',
    },
    refused_message: {
      title: 'The server does not accept this message',
      todo: 'Ask whoever looks after the CRM what it expects, and show them the JSON below.',
    },
    refused: {
      title: 'The server refuses it',
      todo: 'Compare address, secret and authentication of the webhook connector with those in your CRM.',
    },
    gone: {
      title: 'The server wants no more messages',
      todo: 'Remove the receiver, or give it a new address.',
    },
    rate_limited: {
      title: 'The server asks for a pause',
      todo: 'Nothing: it is tried again after that pause. Where it happens often, limit the messages per second.',
    },
    receiver_error: {
      title: 'The server has an error',
      todo: 'Ask whoever looks after the CRM to look into its log at this time.',
    },
    unexpected_answer: { title: 'The answer makes no sense', todo: 'Is the address that of a web server?' },
    timeout_connect: {
      title: 'The server was not reached in time',
      todo: 'Check the address, and whether a firewall stands between.',
    },
    timeout_response: {
      title: 'The server did not answer in time',
      todo: 'The CRM should answer at once and work afterwards. Ask whoever looks after it.',
    },
    dns_failed: { title: 'The server’s name is not known', todo: 'Check the spelling of the address.' },
    connection_refused: {
      title: 'Nothing answers at this address',
      todo: 'Is the server running? Check the address and the port.',
    },
    connection_lost: {
      title: 'The server hung up before it answered',
      todo: 'Does it ask for a client certificate? Ask whoever looks after it.',
    },
    tls_certificate: {
      title: 'The server’s certificate is not good',
      todo: 'Ask whoever looks after the server to renew it, and to install the whole chain.',
    },
    tls_failed: { title: 'No encrypted connection came about', todo: 'Does this port speak HTTPS?' },
    client_certificate_refused: {
      title: 'The server wants another client certificate',
      todo: 'Compare the client certificate of the webhook connector with what the server knows.',
    },
    oauth_refused: {
      title: 'The token server refuses',
      todo: 'Compare client id and secret of the webhook connector.',
    },
    oauth_failed: {
      title: 'The token server has an error',
      todo: 'Compare its address; ask whoever looks after it.',
    },
    oauth_unreachable: {
      title: 'The token server was not reached',
      todo: 'Check its address, and whether a firewall stands between.',
    },
    address_not_allowed: {
      title: 'This address may not be called',
      todo: 'It is a private address. Ask your operator to allow it.',
    },
    not_https: {
      title: 'The address is not https://',
      todo: 'Give the webhook connector an https:// address.',
    },
    claim_lapsed: { title: 'Another node took it over', todo: 'Nothing.' },
    unknown: { title: 'It did not work', todo: 'The details below say more.' },
  },
};
