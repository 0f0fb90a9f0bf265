import type { commands } from "./bindings";
import { asFailure, IpcFailure } from "./failure";
import type {
  BillsFetched,
  BillsWanted,
  Changed,
  DayAsked,
  DayManySaying,
  DayRequest,
  DayRunResult,
  DaySaid,
  DaysExported,
  DiagnosisRequest,
  DiagnosisView,
  DifferenceFilter,
  ExportResult,
  ImportRequest,
  ImportResult,
  IpcError,
  LookedUp,
  LookupNews,
  LookupRequest,
  OrderFilter,
  OrderSort,
  Progress,
  RemarksRead,
  SearchProgress,
  TestOrdersRequest,
  TestOrdersResult,
} from "./model";

type Commands = typeof commands;
type Answer<T> = { status: "ok"; data: T } | { status: "error"; error: IpcError };
type Throwing<F> = F extends (...args: infer A) => Promise<infer R>
  ? (...args: A) => Promise<Extract<R, { status: "ok" }> extends { data: infer T } ? T : never>
  : never;

/** Commands that tell how far they are while they run. */
type Telling =
  | "testOrdersCreate"
  | "signatureDiagnoseDeep"
  | "importRun"
  | "ordersExport"
  | "lookup"
  | "dayRun"
  | "dayBillsFetch"
  | "daysExport"
  | "daysReadRemarks"
  | "dayAsk"
  | "daySayMany";

/** Every command of the core as a function that answers or throws an IpcFailure. */
export type Desk = { [K in Exclude<keyof Commands, Telling>]: Throwing<Commands[K]> } & {
  testOrdersCreate(request: TestOrdersRequest, onProgress: (progress: Progress) => void): Promise<TestOrdersResult>;
  dayAsk(
    profile: string,
    date: string,
    filter: DifferenceFilter,
    onProgress: (progress: Progress) => void,
  ): Promise<DayAsked>;
  daySayMany(saying: DayManySaying, onProgress: (progress: Progress) => void): Promise<DaySaid>;
  dayBillsFetch(profile: string, wanted: BillsWanted, onProgress: (progress: Progress) => void): Promise<BillsFetched>;
  daysReadRemarks(profile: string, onProgress: (progress: Progress) => void): Promise<RemarksRead | null>;
  daysExport(
    profile: string,
    from: string,
    to: string,
    ownWords: boolean,
    matched: boolean,
    onProgress: (progress: Progress) => void,
  ): Promise<DaysExported | null>;
  dayRun(request: DayRequest, onProgress: (progress: Progress) => void): Promise<DayRunResult>;
  importRun(request: ImportRequest, onProgress: (progress: Progress) => void): Promise<ImportResult>;
  lookup(request: LookupRequest, onNews: (news: LookupNews) => void): Promise<LookedUp>;
  ordersExport(
    filter: OrderFilter,
    sort: OrderSort,
    onProgress: (progress: Progress) => void,
  ): Promise<ExportResult | null>;
  signatureDiagnoseDeep(
    request: DiagnosisRequest,
    onProgress: (progress: SearchProgress) => void,
  ): Promise<DiagnosisView>;
  /** Calls back after each commit in the core; returns how to stop listening. */
  onChanged(listener: (changed: Changed) => void): Promise<() => void>;
  /** Calls back when a person asks in the tray what needs attention; returns how to stop listening. */
  onAlarmsWanted(listener: () => void): Promise<() => void>;
};

/** The data of a command's answer; its error is thrown as an IpcFailure. */
export async function unwrap<T>(answer: Promise<Answer<T>>): Promise<T> {
  let result: Answer<T>;
  try {
    result = await answer;
  } catch (thrown) {
    throw asFailure(thrown);
  }
  if (result.status === "error") throw new IpcFailure(result.error);
  return result.data;
}
