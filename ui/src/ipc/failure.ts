import type { ErrorCode, IpcError } from "./model";

/** What a command of the core refused, as an exception that screens can branch on by `code`. */
export class IpcFailure extends Error {
  readonly code: ErrorCode;
  /** The same as `message` in Chinese, or null: then only the English is exact. */
  readonly messageZh: string | null;
  readonly retry: IpcError["retry"];
  /** Ties this failure to one line of the core's log. */
  readonly trace: string;
  readonly field: string | null;
  readonly gateway: IpcError["gateway"];

  constructor(error: IpcError) {
    super(error.message);
    this.name = "IpcFailure";
    this.code = error.code;
    this.messageZh = error.message_zh;
    this.retry = error.retry;
    this.trace = error.trace;
    this.field = error.field;
    this.gateway = error.gateway;
  }
}

/** Anything thrown, as an IpcFailure; what did not come from the core is `internal`. */
export function asFailure(thrown: unknown): IpcFailure {
  if (thrown instanceof IpcFailure) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new IpcFailure({
    code: "internal",
    message,
    message_zh: null,
    retry: "no",
    trace: "window",
    field: null,
    gateway: null,
  });
}
