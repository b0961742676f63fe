/**
 * A look at a source that is posted to: nobody is connected to, so it looks at the door. Does a node listen, does it take
 * this source's token, have events come? It posts nothing: an empty body is refused after the token was.
 */
import { request } from 'node:http';
import { request as requestOverTls } from 'node:https';
import { readServerCertificate } from '../../config/api-certificate.ts';
import type { HttpSettings } from '../../policy/directory.ts';
import { CallhookError, systemCodeOf } from '../../runtime/errors.ts';
import type { Check, Inspection } from '../../source/inspection.ts';
import type { Api, InstallationView } from './subject.ts';

export interface Door {
  api: Api;
  /** Absent where nothing was applied yet. */
  installation?: InstallationView;
}

const ANSWER_WITHIN_MS = 5_000;
/** The node shows another certificate than the one in the file. */
const NOT_OURS = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
]);

export async function inspectHttp(source: HttpSettings, door: Door): Promise<Inspection> {
  return {
    system: 'posts its events',
    checks: await checksOf(source, door),
    wouldList: () => false,
    functionNumbers: [],
  };
}

async function checksOf({ id, secret }: HttpSettings, { api, installation }: Door): Promise<Check[]> {
  // Then `serve` has its own line, and nobody takes anything.
  if (installation?.health === undefined || !installation.isServed) return [];
  const certificate = await certificateOf(api);
  if (typeof certificate !== 'string') return [certificate];
  const path = `/api/v1/sources/${id}/events`;
  const status = await post(api.url + path, secret, certificate);
  if (typeof status === 'string') return [wordUnreachable(api.url, status)];
  const reached: Check = { about: 'reached', is: 'fine', says: `a node listens on ${api.url}` };
  const token = wordToken(status, secret);
  return token.is === 'wrong' ? [reached, token] : [reached, token, wordEvents(installation, api, path)];
}

/** @returns PEM, empty where there is none, or what is wrong with it */
async function certificateOf({ certificateFile: file }: Api): Promise<string | Check> {
  if (file === undefined) return '';
  try {
    return (await readServerCertificate({ api_tls_certificate_file: file })).first.toString();
  } catch (error) {
    if (!(error instanceof CallhookError)) throw error;
    return { about: 'certificate', is: 'wrong', says: error.message };
  }
}

/**
 * @param certificate the only one that is trusted, whatever host it names: the token is for this node alone
 * @returns the status, or why there is none
 */
function post(url: string, token: string, certificate: string): Promise<number | string> {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': 0,
  };
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const options = { method: 'POST', headers, signal };
  const trust = { ca: certificate, allowPartialTrustChain: true, checkServerIdentity: () => undefined };
  return new Promise((resolve) => {
    const sent = certificate === '' ? request(url, options) : requestOverTls(url, { ...options, ...trust });
    sent
      .on('response', (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      })
      .on('error', (error) => resolve(signal.aborted ? 'no answer' : (systemCodeOf(error) ?? 'no answer')))
      .end();
  });
}

function wordUnreachable(url: string, why: string): Check {
  const about = 'reached';
  if (why === 'CERT_HAS_EXPIRED') {
    return {
      about,
      is: 'wrong',
      says: `the certificate of ${url} has expired`,
      advice: ['Have it renewed.'],
    };
  }
  if (NOT_OURS.has(why)) {
    const says = `${url} shows another certificate than the file of api_tls_certificate_file`;
    return {
      about,
      is: 'wrong',
      says,
      advice: ['The log of `callhook serve` says why it does not show it.'],
    };
  }
  return {
    about,
    is: 'improvable',
    says: `nothing answers on ${url} (${why}), where a node of this configuration would listen`,
    advice: ['Run doctor on the node that the platform posts to, with its api_host and api_port.'],
  };
}

function wordToken(status: number, secret: string): Check {
  const about = 'token';
  if (secret === '') {
    const advice = ['A token in the file, or doctor without --with, has it tried.'];
    return { about, is: 'improvable', says: 'is not in the file, so it was not tried', advice };
  }
  if (status === 401) {
    const advice = ['`callhook apply FILE` with the token that the platform has.'];
    return { about, is: 'wrong', says: 'the node knows another one for this source', advice };
  }
  if (status === 503) return { about, is: 'wrong', says: 'the node’s database takes nothing at the moment' };
  return { about, is: 'fine', says: 'is the source’s' };
}

function wordEvents({ health }: InstallationView, { publicUrl, url }: Api, path: string): Check {
  const about = 'events';
  if (health?.status === 'connected') return { about, is: 'fine', says: 'have come since the node’s start' };
  return {
    about,
    is: 'improvable',
    says: 'none came since the node’s start. This posts one of a device that is nobody’s:',
    advice: [
      `    curl -i ${publicUrl === url && url.startsWith('https:') ? '-k ' : ''}${publicUrl}${path} \\`,
      '      -H "Authorization: Bearer $TOKEN" -H \'Content-Type: application/json\' \\',
      '      -d \'{"leg":"test-1","call":"test","device":"nobody","direction":"INCOMING","state":"EARLY"}\'',
      'and is answered 202 with "unknown_device":1.',
    ],
  };
}
