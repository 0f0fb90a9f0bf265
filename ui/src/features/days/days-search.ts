import { dayStart } from "../../lib/time";

/** Where a difference stands, as the list may be narrowed to. */
export const DIFFERENCE_STATES = ["open", "carried_over", "resolved", "ignored", "expected"] as const;
type DifferenceState = (typeof DIFFERENCE_STATES)[number];

/** The classes in the order in which they are shown, those that agree at the end. */
export const CLASSES = [
  "malformed",
  "bill_only",
  "local_only",
  "amount_diff",
  "state_diff",
  "duplicate_payment",
  "duplicate_local",
  "refund_bill_only",
  "refund_local_only",
  "refund_amount_diff",
  "refund_state_diff",
  "day_cut_bill",
  "day_cut_local",
  "fee_diff",
  "matched",
  "refund_matched",
] as const;
/** The classes of what agrees: their rows are shown on request. */
export const AGREEING = ["matched", "refund_matched"] as const;
type DifferenceClass = (typeof CLASSES)[number];

/** By what differences may concentrate. */
const DIMENSIONS = ["hour", "device_info", "trade_type", "sub_mch_id"] as const;
type Dimension = (typeof DIMENSIONS)[number];

/** What the address keeps: the month that is looked at, the day that is open and how its differences are narrowed. */
export type DaysSearch = {
  /** Such as `2026-11`; without it the month of the day that is open, or of today. */
  month?: string;
  date?: string;
  class?: DifferenceClass;
  state?: DifferenceState;
  /** Only those with this value in this dimension. */
  by?: Dimension;
  value?: string;
  /** The difference that is looked at first, by its identity. */
  open?: string;
};

/** The day and the filter of an address; what it cannot be is left out. */
export function readDaysSearch(search: Record<string, unknown>): DaysSearch {
  const found = CLASSES.find((one) => one === search.class);
  const state = DIFFERENCE_STATES.find((one) => one === search.state);
  const by = DIMENSIONS.find((one) => one === search.by);
  // An hour is written as a number in the address.
  const value = typeof search.value === "number" ? String(search.value) : search.value;
  return {
    ...(typeof search.month === "string" && dayStart(`${search.month}-01`) !== null && { month: search.month }),
    ...(typeof search.date === "string" && dayStart(search.date) !== null && { date: search.date }),
    ...(found && { class: found }),
    ...(state && { state }),
    ...(by && typeof value === "string" && { by, value }),
    ...(typeof search.open === "string" && search.open !== "" && { open: search.open }),
  };
}
