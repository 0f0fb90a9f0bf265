import { beijingDay, dayStart } from "../../lib/time";

const DAY_MS = 86_400_000;

export type Month = { first: string; last: string };

/** The first and the last day of a month, which is given by its name or by any day of it. */
export function monthOf(day: string): Month {
  const first = `${day.slice(0, 7)}-01`;
  return { first, last: beijingDay((dayStart(addMonths(first, 1)) ?? 0) - 1) };
}

/** The first day of the month so many months later. */
export function addMonths(day: string, count: number): string {
  const months = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1 + count;
  const year = String(Math.floor(months / 12)).padStart(4, "0");
  return `${year}-${String((months % 12) + 1).padStart(2, "0")}-01`;
}

/** How many places are empty before the first of the month, weeks beginning on Monday. */
export function placesBefore(first: string): number {
  // 1970-01-01 was a Thursday.
  return (Math.round(((dayStart(first) ?? 0) + 8 * 3_600_000) / DAY_MS) + 3) % 7;
}
