import type { OrderFilter, OrderSort, OrderState, TradeType } from "../../ipc/model";
import { dayEnd, dayStart } from "../../lib/time";

export type FilterFlag = OrderFilter["flags"][number];

/** Every state, in the order of an order's life. */
export const ORDER_STATES: readonly OrderState[] = [
  "CREATING",
  "NOTPAY",
  "USERPAYING",
  "ACCEPT",
  "SUCCESS",
  "REFUND",
  "CLOSED",
  "REVOKED",
  "PAYERROR",
  "CREATE_FAILED",
  "UNVERIFIED",
];
export const FILTER_FLAGS: readonly FilterFlag[] = ["unknown", "conflict"];
export const TRADE_TYPES: readonly TradeType[] = ["JSAPI", "NATIVE", "APP", "MWEB"];
const SORTS: readonly OrderSort["by"][] = [
  "created_at",
  "paid_at",
  "total_fee",
  "state",
  "trade_type",
  "out_trade_no",
  "transaction_id",
  "body",
  "profile",
];

/** In place of a merchant's name: the orders of all of them. */
export const ALL_MERCHANTS = "*";

/** The orders screen as its address says it: filters, sort and the order that is open. What is absent is the default. */
export type OrdersSearch = {
  states?: OrderState[];
  flags?: FilterFlag[];
  /** Beijing days, `2026-11-20`, both included. */
  from?: string;
  to?: string;
  /** Amounts in fen, both included. */
  min?: number;
  max?: number;
  types?: TradeType[];
  /** Absent: the merchant that the window works for. */
  merchant?: string;
  q?: string;
  by?: OrderSort["by"];
  ascending?: true;
  /** The order in the drawer and the merchant that it belongs to. */
  open?: string;
  of?: string;
};

function listOf<T extends string>(value: unknown, known: readonly T[]): T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const kept = known.filter((one) => value.includes(one));
  return kept.length > 0 ? kept : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function dayOf(value: unknown): string | undefined {
  return typeof value === "string" && dayStart(value) !== null ? value : undefined;
}

function fenOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** Takes from an address what it understands and drops the rest, so a damaged link still opens the list. */
export function readOrdersSearch(search: Record<string, unknown>): OrdersSearch {
  const read = {
    states: listOf(search.states, ORDER_STATES),
    flags: listOf(search.flags, FILTER_FLAGS),
    from: dayOf(search.from),
    to: dayOf(search.to),
    min: fenOf(search.min),
    max: fenOf(search.max),
    types: listOf(search.types, TRADE_TYPES),
    merchant: textOf(search.merchant),
    q: textOf(search.q),
    by: SORTS.find((by) => by === search.by),
    ascending: search.ascending === true ? (true as const) : undefined,
    open: textOf(search.open),
    of: textOf(search.of),
  };
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined)) as OrdersSearch;
}

/** What the core is asked for. */
export function filterOf(search: OrdersSearch, activeProfile: string | null): OrderFilter {
  const merchant = search.merchant ?? activeProfile;
  return {
    states: search.states ?? [],
    flags: search.flags ?? [],
    created_from: search.from === undefined ? null : dayStart(search.from),
    created_to: search.to === undefined ? null : dayEnd(search.to),
    amount_min_fen: search.min ?? null,
    amount_max_fen: search.max ?? null,
    trade_types: search.types ?? [],
    profile: merchant === ALL_MERCHANTS ? null : merchant,
    search: search.q ?? "",
  };
}

/** The order of the list; the newest first unless the address says otherwise. */
export function sortOf(search: OrdersSearch): OrderSort {
  return { by: search.by ?? "created_at", descending: search.ascending !== true };
}

/** Whether anything narrows the list, besides the merchant that the window works for. */
export function isNarrowed(search: OrdersSearch): boolean {
  const { states, flags, from, to, min, max, types, merchant, q } = search;
  return [states, flags, from, to, min, max, types, merchant, q].some((part) => part !== undefined);
}

/** The same place without its filters. */
export function withoutFilters(search: OrdersSearch): OrdersSearch {
  const { by, ascending, open, of } = search;
  return readOrdersSearch({ by, ascending, open, of });
}
