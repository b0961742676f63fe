/** An endpoint that asks for everything there is to ask for. */
import type { EndpointWithSecret } from '../../src/policy/organisation.ts';

/** As a word that must not be found anywhere. */
export const TOP_SECRET = 'hunter2-';

export const DEMANDING: EndpointWithSecret = {
  id: 'demanding',
  url: 'https://demanding.example/',
  states: ['TERMINATED'],
  delivery: { maxPerSecond: 5 },
  filter: { directions: ['INCOMING'], deviceTypes: ['SOFT', 'WEB'], users: ['anna'], numbers: ['1001'] },
  payload: 'extended',
  authentication: {
    kind: 'oauth2',
    tokenUrl: 'https://login.example/token',
    clientId: 'callhook',
    clientAuthentication: 'post',
    scope: 'calls',
  },
  headers: ['x-tenant'],
  tls: { ca: 'a certificate of an authority', certificate: 'a certificate of a client' },
  signing: 'ed25519',
  secret: `whsk_${TOP_SECRET}now`,
  formerSecrets: [
    { secret: `whsec_${TOP_SECRET}before`, untilMs: 2_000 },
    { secret: `whsec_${TOP_SECRET}long before`, untilMs: 1_000 },
  ],
  credentials: {
    authentication: `${TOP_SECRET}client`,
    headers: { 'x-tenant': `${TOP_SECRET}header` },
    privateKey: `${TOP_SECRET}key`,
  },
};
