import type { RefundRow } from "../../ipc/model";

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

/** What the address keeps of the list's filter. */
export type RefundsSearch = { q?: string; states?: RefundRow["state"][] };

/** The filter of an address; what it cannot be is left out. */
export function readRefundsSearch(search: Record<string, unknown>): RefundsSearch {
  const wanted = Array.isArray(search.states) ? search.states : [];
  const states = REFUND_STATES.filter((state) => wanted.includes(state));
  return {
    ...(typeof search.q === "string" && search.q !== "" && { q: search.q }),
    ...(states.length > 0 && { states }),
  };
}
