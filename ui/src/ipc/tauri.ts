import { Channel } from "@tauri-apps/api/core";
import { commands, events } from "./bindings";
import { type Desk, unwrap } from "./desk";
import type { LookupNews, Progress, SearchProgress } from "./model";

type Callable = (...args: unknown[]) => Promise<never>;

/** The desk behind the real window's IPC. */
export function tauriDesk(): Desk {
  const throwing = Object.fromEntries(
    Object.entries(commands).map(([name, command]) => [
      name,
      (...args: unknown[]) => unwrap((command as Callable)(...args)),
    ]),
  );
  return {
    ...(throwing as unknown as Desk),
    testOrdersCreate: (request, onProgress) => {
      const channel = new Channel<Progress>();
      channel.onmessage = onProgress;
      return unwrap(commands.testOrdersCreate(request, channel));
    },
    dayRun: (request, onProgress) => {
      const channel = new Channel<Progress>();
      channel.onmessage = onProgress;
      return unwrap(commands.dayRun(request, channel));
    },
    daysExport: (profile, from, to, ownWords, matched, onProgress) => {
      const channel = new Channel<Progress>();
      channel.onmessage = onProgress;
      return unwrap(commands.daysExport(profile, from, to, ownWords, matched, channel));
    },
    daysReadRemarks: (profile, onProgress) => {
      const channel = new Channel<Progress>();
      channel.onmessage = onProgress;
      return unwrap(commands.daysReadRemarks(profile, channel));
    },
    dayAsk: (profile, date, filter, onProgress) => {
      const channel = new Channel<Progress>();
      channel.onmessage = onProgress;
      return unwrap(commands.dayAsk(profile, date, filter, channel));
    },
    daySayMany: (saying, onProgress) => {
      const channel = new Channel<Progress>();
      channel.onmessage = onProgress;
      return unwrap(commands.daySayMany(saying, channel));
    },
    dayBillsFetch: (profile, wanted, onProgress) => {
      const channel = new Channel<Progress>();
      channel.onmessage = onProgress;
      return unwrap(commands.dayBillsFetch(profile, wanted, channel));
    },
    importRun: (request, onProgress) => {
      const channel = new Channel<Progress>();
      channel.onmessage = onProgress;
      return unwrap(commands.importRun(request, channel));
    },
    lookup: (request, onNews) => {
      const channel = new Channel<LookupNews>();
      channel.onmessage = onNews;
      return unwrap(commands.lookup(request, channel));
    },
    ordersExport: (filter, sort, onProgress) => {
      const channel = new Channel<Progress>();
      channel.onmessage = onProgress;
      return unwrap(commands.ordersExport(filter, sort, channel));
    },
    signatureDiagnoseDeep: (request, onProgress) => {
      const channel = new Channel<SearchProgress>();
      channel.onmessage = onProgress;
      return unwrap(commands.signatureDiagnoseDeep(request, channel));
    },
    onChanged: (listener) => events.changed.listen((event) => listener(event.payload)),
    onAlarmsWanted: (listener) => events.alarmsWanted.listen(listener),
  };
}
