import type { RefundFilter, RefundRow } from "../../ipc/model";
import { dayEnd, dayStart } from "../../lib/time";

export const REFUND_STATES = [
  "RESERVED",
  "SUBMITTED",
  "UNKNOWN",
  "PROCESSING",
  "CHANGE",
  "SUCCESS",
  "REFUNDCLOSE",
  "REJECTED",
] as const satisfies readonly RefundRow["state"][];

/** What the address keeps of the list's filter; what is absent does not restrict. */
export type RefundsSearch = {
  q?: string;
  states?: RefundRow["state"][];
  /** Beijing days, `2026-11-20`, both included. */
  from?: string;
  to?: string;
  /** The merchant; all of them where absent. */
  merchant?: string;
};

/** The filter of an address; what it cannot be is left out. */
export function readRefundsSearch(search: Record<string, unknown>): RefundsSearch {
  const wanted = Array.isArray(search.states) ? search.states : [];
  const states = REFUND_STATES.filter((state) => wanted.includes(state));
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  const day = (value: unknown) => (typeof value === "string" && dayStart(value) !== null ? value : undefined);
  const read = {
    q: text(search.q),
    states: states.length > 0 ? states : undefined,
    from: day(search.from),
    to: day(search.to),
    merchant: text(search.merchant),
  };
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined)) as RefundsSearch;
}

/** What the core is asked for. */
export function refundFilterOf(search: RefundsSearch): RefundFilter {
  return {
    states: search.states ?? [],
    created_from: search.from === undefined ? null : dayStart(search.from),
    created_to: search.to === undefined ? null : dayEnd(search.to),
    profile: search.merchant ?? null,
    search: search.q ?? "",
  };
}

/** Whether anything narrows the list. */
export function isNarrowed(search: RefundsSearch): boolean {
  return Object.keys(readRefundsSearch(search)).length > 0;
}
