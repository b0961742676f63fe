/**
 * A look at a PBX that tells of its users' dialogs: the source itself is run for a moment, on some addresses of the directory.
 * A subscription counts once its first notification has come, so the whole way is proven, back included. Such a PBX has
 * no list of its phones.
 */
import type { DialogInfoSettings } from '../../policy/directory.ts';
import { systemClock } from '../../runtime/clock.ts';
import { createLogger } from '../../runtime/logger.ts';
import type { Check, Inspect, InspectOptions } from '../inspection.ts';
import type { SourceSink, SourceState } from '../source.ts';
import { within } from '../within.ts';
import { unreachable } from './problem.ts';
import { createDialogInfoSource, type DialogInfoTimes } from './run.ts';

/** `serve` subscribes to all of them; so many show whether it can. */
const MOST_TRIED = 50;
const SETTLED_WITHIN_MS = 12_000;
/** Somebody waits: a PBX that says nothing for 8 seconds is not there. */
const TIMES: Partial<DialogInfoTimes> = { t1Ms: 125, firstNotifyMs: 6_000 };

export function createDialogInfoInspector(
  times: Partial<DialogInfoTimes> = TIMES,
): Inspect<DialogInfoSettings> {
  return async (settings, options) => {
    const system = `SIP over ${settings.transport.toUpperCase()}`;
    const checks =
      options.addresses.size === 0 ? [NOTHING_TO_TRY] : await tryAddresses(settings, options, times);
    return { system, checks, wouldList: () => false, functionNumbers: [] };
  };
}

const NOTHING_TO_TRY: Check = {
  about: 'watched',
  is: 'improvable',
  says: 'no device of the directory is on this source, so nothing could be tried',
  advice: ['Give a user a device of it, such as address: "sip:1001@pbx.example.com".'],
};

async function tryAddresses(
  settings: DialogInfoSettings,
  options: InspectOptions,
  times: Partial<DialogInfoTimes>,
): Promise<Check[]> {
  const { signal, waitMs, waiting } = options;
  const tried = [...options.addresses].slice(0, MOST_TRIED);
  const ear = createEar();
  const over = new AbortController();
  const source = createDialogInfoSource({
    settings,
    clock: systemClock,
    log: createLogger('silent'),
    random: Math.random,
    endCallsAfterLostMs: Infinity,
    times,
  });
  source.watch?.(new Set(tried));
  const running = source.run(ear.sink, AbortSignal.any([signal, over.signal]));
  try {
    // The source ends by itself only for a fault of ours.
    await Promise.race([within(ear.settled, SETTLED_WITHIN_MS, signal), running]);
    const checks = wordState(ear.state(), settings, tried, options.addresses.size);
    if (waitMs === 0 || checks.some(({ is }) => is === 'wrong')) return checks;
    waiting();
    return [...checks, wordCall(await Promise.race([within(ear.call, waitMs, signal), running]))];
  } finally {
    over.abort();
    await running;
    signal.throwIfAborted();
  }
}

/** Hears what the source says. */
function createEar() {
  const [settled, call] = [Promise.withResolvers<'settled'>(), Promise.withResolvers<'call'>()];
  let last: SourceState = { status: 'connecting' };
  const sink: SourceSink = {
    legs: async () => call.resolve('call'),
    alive: async () => {},
    backlogged: () => false,
    drained: async () => {},
    heard: () => {},
    state(state) {
      last = state;
      // While addresses are still being tried there is a note.
      if (state.status === 'down' || (state.status === 'connected' && state.note === undefined))
        settled.resolve('settled');
    },
    ignored: () => {},
  };
  return { sink, settled: settled.promise, call: call.promise, state: (): SourceState => last };
}

function wordState(
  state: SourceState,
  settings: DialogInfoSettings,
  tried: readonly string[],
  all: number,
): Check[] {
  const about = 'watched';
  switch (state.status) {
    case 'connecting':
      return [{ about: 'reached', is: 'wrong', says: unreachable(settings, 'ETIMEDOUT').message }];
    case 'down': {
      const advice = /Kamailio|login|SUBSCRIBE|\(403\)/.test(state.advice)
        ? kamailioLines(settings, tried)
        : [];
      return [{ about: 'reached', is: 'wrong', says: state.advice, advice }];
    }
    case 'connected': {
      const reached: Check = { about: 'reached', is: 'fine', says: `${settings.host}:${settings.port}` };
      const many = all === tried.length ? `all ${all}` : `${tried.length} of ${all}`;
      if (state.note !== undefined) return [reached, { about, is: 'improvable', says: state.note }];
      return [
        reached,
        { about, is: 'fine', says: `${many} addresses were tried: subscribed, and notified here` },
      ];
    }
  }
}

function wordCall(seen: 'call' | 'none' | void): Check {
  if (seen === 'call') return { about: 'calls', is: 'fine', says: 'are told' };
  return {
    about: 'calls',
    is: 'wrong',
    says: 'none was told. If there was one meanwhile, the PBX does not follow it: on Kamailio, dlg_manage() and pua_dialoginfo',
  };
}

/** The lines of docs/sources/dialog-info.md, with this source's account. */
function kamailioLines(
  { username = 'callhook' }: DialogInfoSettings,
  [first = '']: readonly string[],
): string[] {
  const domain = /@([^@:;?]+)/.exec(first)?.[1] ?? 'pbx.example.com';
  return [
    'On Kamailio, in kamailio.cfg (a whole one: examples/kamailio/dialog-info.cfg):',
    '    modparam("presence_dialoginfo", "force_single_dialog", 0)',
    '    modparam("pua_dialoginfo", "include_callid", 1)',
    '    modparam("pua_dialoginfo", "include_localremote", 1)',
    '    route[SUBSCRIPTION] {',
    `        if (!pv_www_authenticate("${domain}", "…", "0") || $au != "${username}") {`,
    `            www_challenge("${domain}", "1");`,
    '            exit;',
    '        }',
    '        handle_subscribe();',
    '        exit;',
    '    }',
  ];
}
