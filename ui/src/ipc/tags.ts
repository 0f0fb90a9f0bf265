import type { QueryClient, QueryKey } from "@tanstack/react-query";
import type { Changed, Tag } from "./model";

export type QueryName =
  | "start"
  | "orders"
  | "orders_first"
  | "orders_search_ready"
  | "order_detail"
  | "overview"
  | "alarms"
  | "days"
  | "day"
  | "days_report"
  | "days_left"
  | "differences"
  | "matched"
  | "fees"
  | "chosen_bills"
  | "own_amounts"
  | "refunds"
  | "refund_detail"
  | "listener"
  | "notices"
  | "notice_detail"
  | "shop_orders"
  | "shop_sequence"
  | "goods"
  | "signature"
  | "diagnosis"
  | "signature_contexts"
  | "simulator_status"
  | "simulator_orders"
  | "simulator_notices"
  | "simulator_traffic"
  | "simulator_exchange"
  | "simulator_refunds"
  | "simulator_faults"
  | "simulator_fault_kinds"
  | "simulator_scenarios"
  | "simulator_scenarios_shipped"
  | "simulator_snippets";

/** Which queries a change in the core makes stale; a new tag without an entry does not compile. */
const QUERIES_OF_TAG = {
  orders: ["orders", "order_detail", "overview", "alarms"],
  refunds: ["refunds", "refund_detail", "order_detail", "overview", "alarms"],
  notices: ["listener", "notices", "notice_detail", "shop_orders", "shop_sequence", "alarms"],
  // When an order is asked about next stands in its drawer and in the sums, in no row of the list; that it was asked is a step.
  polling: ["order_detail", "overview", "shop_sequence"],
  // A certificate that expires is told of among what needs a person.
  profiles: ["start", "overview", "signature", "diagnosis", "alarms"],
  // Which merchant is in use, whose polling the overview tells, is a setting. The core words the findings of a signature
  // in the language that is set.
  settings: ["start", "overview", "signature", "diagnosis", "signature_contexts"],
  vault: ["start", "signature", "diagnosis"],
  goods: ["goods"],
  days: ["days", "day", "days_report", "days_left", "differences", "matched", "fees", "chosen_bills", "alarms"],
  // The core tells of them at its own pace: an order that changes tells no calendar by itself.
  standings: ["days", "day", "days_report"],
  alarms: ["alarms"],
  simulator: [
    "simulator_status",
    "simulator_orders",
    "simulator_refunds",
    "simulator_notices",
    "simulator_traffic",
    "simulator_faults",
    "simulator_scenarios",
  ],
} satisfies Record<Tag, readonly QueryName[]>;

/** Whether the query under this key is stale after the change. An order's detail is, only when the order is named or nobody is. */
export function isStale(key: QueryKey, changed: Changed): boolean {
  const [name, ...args] = key;
  const touched = changed.tags.some((tag) => (QUERIES_OF_TAG[tag] as readonly unknown[]).includes(name));
  if (!touched) return false;
  if (name === "order_detail" && changed.ids.length > 0) return args.some((arg) => changed.ids.includes(String(arg)));
  return true;
}

/** Two changes as one, for coalescing; "anything" wins over named ids. */
export function mergeChanges(a: Changed, b: Changed): Changed {
  const tags = [...new Set([...a.tags, ...b.tags])];
  const ids = a.ids.length === 0 || b.ids.length === 0 ? [] : [...new Set([...a.ids, ...b.ids])];
  return { tags, ids };
}

/** Refetches what is on screen and stale; what is not on screen is marked and fetched when it is shown. */
export function invalidate(client: QueryClient, changed: Changed): Promise<void> {
  return client.invalidateQueries({ predicate: (query) => isStale(query.queryKey, changed) });
}
