/** The room `log` of the store on any database that runs readings (log-reading.ts); each adds its own writing. */
import { readCalls } from './log-calls.ts';
import type { LogStore } from './log.ts';
import { readMessage, readMessages } from './log-messages.ts';
import { readNotReported } from './log-not-reported.ts';
import type { Dialect, Read } from './log-reading.ts';
import { readStatistics } from './log-statistics.ts';
import { readCall } from './log-timeline.ts';
import { readUnknownDevices, readUnknownDevicesFor } from './log-unknown-devices.ts';

export function createLogReader(read: Read, dialect: Dialect): Omit<LogStore, 'addUnknownDevices'> {
  return {
    messages: (organisationId, filter, page) =>
      read(() => readMessages(dialect, organisationId, filter, page)),
    message: (organisationId, messageId) => read(() => readMessage(dialect, organisationId, messageId)),
    calls: (organisationId, filter, page) => read(() => readCalls(dialect, organisationId, filter, page)),
    call: (organisationId, callId) => read(() => readCall(dialect, organisationId, callId)),
    notReported: (organisationId, filter, page) =>
      read(() => readNotReported(dialect, organisationId, filter, page)),
    statistics: (organisationId, asked) => read(() => readStatistics(organisationId, asked)),
    unknownDevices: (limit) => read(() => readUnknownDevices(limit)),
    unknownDevicesFor: (organisationId, limit) => read(() => readUnknownDevicesFor(organisationId, limit)),
  };
}
