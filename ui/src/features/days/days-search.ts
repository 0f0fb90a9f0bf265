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
  "matched",
  "refund_matched",
] as const;
export type DifferenceClass = (typeof CLASSES)[number];

/** What the address keeps: the day that is open and how its differences are narrowed. */
export type DaysSearch = { date?: string; class?: DifferenceClass; state?: DifferenceState };

/** The day and the filter of an address; what it cannot be is left out. */
export function readDaysSearch(search: Record<string, unknown>): DaysSearch {
  const found = CLASSES.find((one) => one === search.class);
  const state = DIFFERENCE_STATES.find((one) => one === search.state);
  return {
    ...(typeof search.date === "string" && dayStart(search.date) !== null && { date: search.date }),
    ...(found && { class: found }),
    ...(state && { state }),
  };
}
