/**
 * A look at a source that is posted to: nobody is connected to, so it looks at the door. Does a node listen, does it take
 * this source's token, have events come? It posts nothing: an empty body is refused after the token was.
 */
import { request } from 'node:http';
import type { HttpSettings } from '../../policy/directory.ts';
import { systemCodeOf } from '../../runtime/errors.ts';
import type { Check, Inspection } from '../../source/inspection.ts';
import type { InstallationView } from './subject.ts';

export interface Door {
  /** Where the node of this configuration listens: `http://127.0.0.1:8480`. */
  apiUrl: string;
  /** Absent where nothing was applied yet. */
  installation?: InstallationView;
}

const ANSWER_WITHIN_MS = 5_000;

export async function inspectHttp(source: HttpSettings, door: Door): Promise<Inspection> {
  return {
    system: 'posts its events',
    checks: await checksOf(source, door),
    wouldList: () => false,
    functionNumbers: [],
  };
}

async function checksOf({ id, secret }: HttpSettings, { apiUrl, installation }: Door): Promise<Check[]> {
  // Then `serve` has its own line, and nobody takes anything.
  if (installation?.health === undefined || !installation.isServed) return [];
  const url = `${apiUrl}/api/v1/sources/${id}/events`;
  const status = await post(url, secret);
  if (typeof status === 'string') return [wordUnreachable(apiUrl, status)];
  const reached: Check = { about: 'reached', is: 'fine', says: `a node listens on ${apiUrl}` };
  const token = wordToken(status, secret);
  return token.is === 'wrong' ? [reached, token] : [reached, token, wordEvents(installation, url)];
}

/** @returns the status, or why there is none */
function post(url: string, token: string): Promise<number | string> {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': 0,
  };
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  return new Promise((resolve) => {
    request(url, { method: 'POST', headers, signal }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    })
      .on('error', (error) => resolve(signal.aborted ? 'no answer' : (systemCodeOf(error) ?? 'no answer')))
      .end();
  });
}

function wordUnreachable(apiUrl: string, why: string): Check {
  return {
    about: 'reached',
    is: 'improvable',
    says: `nothing answers on ${apiUrl} (${why}), where a node of this configuration would listen`,
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

function wordEvents({ health }: InstallationView, url: string): Check {
  const about = 'events';
  if (health?.status === 'connected') return { about, is: 'fine', says: 'have come since the node’s start' };
  return {
    about,
    is: 'improvable',
    says: 'none came since the node’s start. This posts one of a device that is nobody’s:',
    advice: [
      `    curl -i ${url} \\`,
      '      -H "Authorization: Bearer $TOKEN" -H \'Content-Type: application/json\' \\',
      '      -d \'{"leg":"test-1","call":"test","device":"nobody","direction":"INCOMING","state":"EARLY"}\'',
      'and is answered 202 with "unknown_device":1.',
    ],
  };
}
