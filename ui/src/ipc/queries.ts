import { infiniteQueryOptions, queryOptions, skipToken } from "@tanstack/react-query";
import { desk } from "./client";
import type {
  AlarmPlace,
  DiagnosisRequest,
  DifferenceFilter,
  DifferenceRow,
  FeeRow,
  ImportPreview,
  LeftRow,
  MatchedRow,
  OrderFilter,
  OrderSort,
  RefundFilter,
  RefundRow,
  SignatureRequest,
  TrafficFilter,
} from "./model";
import type { QueryName } from "./tags";

function key<A extends readonly unknown[]>(name: QueryName, ...args: A) {
  return [name, ...args] as const;
}

export const startQuery = () => queryOptions({ queryKey: key("start"), queryFn: () => desk().appStart() });

export const ordersQuery = (filter: OrderFilter, sort: OrderSort) =>
  queryOptions({
    queryKey: key("orders", filter, sort),
    queryFn: () => desk().ordersOpen(filter, sort),
    // A snapshot is only good for the screen that opened it: the core forgets old ones.
    gcTime: 0,
  });

/** The first rows of the same list, which are there before its snapshot is; never read again by themselves. */
export const firstOrdersQuery = (filter: OrderFilter, sort: OrderSort) =>
  queryOptions({
    queryKey: key("orders_first", filter, sort),
    queryFn: () => desk().ordersFirst(filter, sort),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  });

/** Pending until a search need not wait for the texts that it looks through. */
export const searchReadyQuery = () =>
  queryOptions({
    queryKey: key("orders_search_ready"),
    queryFn: () => desk().ordersSearchReady(),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

export const orderDetailQuery = (profile: string, outTradeNo: string) =>
  queryOptions({
    queryKey: key("order_detail", profile, outTradeNo),
    queryFn: () => desk().orderDetail(profile, outTradeNo),
  });

export const overviewQuery = (days: 1 | 7 | 30) =>
  queryOptions({ queryKey: key("overview", days), queryFn: () => desk().overview(days) });

export const alarmsCountQuery = () =>
  queryOptions({ queryKey: key("alarms", "count"), queryFn: () => desk().alarmsCount() });

/** So many alarms come first, and so many with each wish for more. */
const ALARMS_FIRST = 50;
export const ALARMS_MORE = 200;

/** The alarms as far as somebody wished to see them. */
export const alarmsQuery = () =>
  infiniteQueryOptions({
    queryKey: key("alarms", "list"),
    queryFn: ({ pageParam }) => desk().alarmsList(pageParam, pageParam === null ? ALARMS_FIRST : ALARMS_MORE),
    initialPageParam: null as AlarmPlace | null,
    getNextPageParam: (page) => page.next,
    // A long list that was left is not read again from its beginning to its end for whoever opens it next.
    gcTime: 0,
  });

export const goodsQuery = () => queryOptions({ queryKey: key("goods"), queryFn: () => desk().goodsList() });

export const signatureQuery = (request: SignatureRequest) =>
  queryOptions({
    queryKey: key("signature", request),
    queryFn: () => desk().signatureCheck(request),
    // The request may hold a key that was typed in: it must not linger in memory after the screen is left.
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Numbers the questions; a page that was loaded again goes on behind those of the page before. */
let ticket = Math.floor(Date.now() / 100) % 0x8000_0000;

/** Every question about a cause, for ending the one under way. */
export const DIAGNOSES = key("diagnosis");

export const diagnosisQuery = (request: DiagnosisRequest) =>
  queryOptions({
    queryKey: key("diagnosis", request),
    queryFn: ({ signal }) => {
      ticket += 1;
      const mine = ticket;
      // A search that ended by itself is unknown by then, which is what was wanted.
      signal.addEventListener(
        "abort",
        () =>
          void desk()
            .signatureStop(mine)
            .catch(() => undefined),
        { once: true },
      );
      return desk().signatureDiagnose(request, mine);
    },
    // As above: it may hold keys.
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

export const contextsQuery = () =>
  queryOptions({
    queryKey: key("signature_contexts"),
    queryFn: () => desk().signatureContexts(),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const simulatorStatusQuery = () =>
  queryOptions({ queryKey: key("simulator_status"), queryFn: () => desk().simulatorStatus() });

/** Rows per request of a list that is read in stretches. */
export const PAGE_ROWS = 100;

export const simulatorOrdersQuery = (search: string, page: number) =>
  queryOptions({
    queryKey: key("simulator_orders", search, page),
    queryFn: () => desk().simulatorOrders(search, page * PAGE_ROWS, PAGE_ROWS),
  });

export const calendarQuery = (profile: string, from: string, to: string) =>
  queryOptions({ queryKey: key("days", profile, from, to), queryFn: () => desk().daysCalendar(profile, from, to) });

export const dayQuery = (profile: string, date: string) =>
  queryOptions({ queryKey: key("day", profile, date), queryFn: () => desk().dayDetail(profile, date) });

export const reportQuery = (profile: string, from: string, to: string) =>
  queryOptions({
    queryKey: key("days_report", profile, from, to),
    queryFn: () => desk().daysReport(profile, from, to),
  });

export const leftQuery = (profile: string, from: string, to: string, page: number) =>
  queryOptions({
    queryKey: key("days_left", profile, from, to, page),
    queryFn: async (): Promise<{ total: number; rows: LeftRow[] }> =>
      desk().daysLeft(profile, from, to, page * PAGE_ROWS, PAGE_ROWS),
  });

/**
 * How many amounts of the shown table of orders equal each of WeChat's; nothing is asked while none is shown. Both are read for
 * it, so that it is only asked again where the table was read again, or the bills are others.
 */
export const ownAmountsQuery = (
  profile: string,
  date: string,
  shown: ImportPreview | null,
  looks: number,
  bills: readonly (number | string)[],
) =>
  queryOptions({
    queryKey: key("own_amounts", profile, date, shown?.file_name, looks, shown?.mapping, bills),
    queryFn: shown ? () => desk().dayOwnAmounts(profile, date, shown.mapping) : skipToken,
    staleTime: Number.POSITIVE_INFINITY,
    // Why the files cannot be read is said where they are chosen and run.
    retry: false,
    gcTime: 0,
  });

export const chosenBillsQuery = () => queryOptions({ queryKey: key("chosen_bills"), queryFn: () => desk().dayBills() });

export const differencesQuery = (profile: string, date: string, filter: DifferenceFilter, page: number) =>
  queryOptions({
    queryKey: key("differences", profile, date, filter, page),
    queryFn: async (): Promise<{ total: number; rows: DifferenceRow[] }> =>
      desk().dayDifferences(profile, date, filter, page * PAGE_ROWS, PAGE_ROWS),
  });

export const feesQuery = (profile: string, date: string, page: number) =>
  queryOptions({
    queryKey: key("fees", profile, date, page),
    queryFn: async (): Promise<{ total: number; rows: FeeRow[] }> =>
      desk().dayFees(profile, date, page * PAGE_ROWS, PAGE_ROWS),
  });

export const matchedQuery = (profile: string, date: string, refunds: boolean, page: number) =>
  queryOptions({
    queryKey: key("matched", profile, date, refunds, page),
    queryFn: async (): Promise<{ total: number; rows: MatchedRow[] }> =>
      desk().dayMatched(profile, date, refunds, page * PAGE_ROWS, PAGE_ROWS),
    // The bill is read again for each stretch; it only changes with a run.
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

export const refundsQuery = (filter: RefundFilter, page: number) =>
  queryOptions({
    queryKey: key("refunds", filter, page),
    queryFn: () => desk().refundsList(filter, page * PAGE_ROWS, PAGE_ROWS),
  });

/** The rows of the same stretches, for a table that knows of no totals. */
export const refundRowsQuery = (filter: RefundFilter, page: number) =>
  queryOptions({
    queryKey: key("refunds", filter, page),
    queryFn: async (): Promise<{ total: number; rows: RefundRow[] }> =>
      desk().refundsList(filter, page * PAGE_ROWS, PAGE_ROWS),
  });

export const refundDetailQuery = (profile: string, outRefundNo: string) =>
  queryOptions({
    queryKey: key("refund_detail", profile, outRefundNo),
    queryFn: () => desk().refundDetail(profile, outRefundNo),
  });

export const listenerQuery = () => queryOptions({ queryKey: key("listener"), queryFn: () => desk().listenerStatus() });

export const noticesQuery = (search: string, page: number) =>
  queryOptions({
    queryKey: key("notices", search, page),
    queryFn: () => desk().noticesList(search, page * PAGE_ROWS, PAGE_ROWS),
  });

export const noticeDetailQuery = (id: number) =>
  queryOptions({ queryKey: key("notice_detail", id), queryFn: () => desk().noticeDetail(id) });

export const shopOrdersQuery = () => queryOptions({ queryKey: key("shop_orders"), queryFn: () => desk().shopOrders() });

export const shopSequenceQuery = (profile: string, outTradeNo: string | null) =>
  queryOptions({
    queryKey: key("shop_sequence", profile, outTradeNo),
    queryFn: () => desk().shopSequence(profile, outTradeNo),
  });

export const simulatorRefundsQuery = (search: string, page: number) =>
  queryOptions({
    queryKey: key("simulator_refunds", search, page),
    queryFn: () => desk().simulatorRefunds(search, page * PAGE_ROWS, PAGE_ROWS),
  });

export const simulatorNoticesQuery = (search: string, page: number) =>
  queryOptions({
    queryKey: key("simulator_notices", search, page),
    queryFn: () => desk().simulatorNotices(search, page * PAGE_ROWS, PAGE_ROWS),
  });

export const simulatorTrafficQuery = (filter: TrafficFilter, limit: number) =>
  queryOptions({
    queryKey: key("simulator_traffic", filter, limit),
    queryFn: () => desk().simulatorTraffic(filter, limit),
  });

export const simulatorExchangeQuery = (id: number) =>
  queryOptions({
    queryKey: key("simulator_exchange", id),
    queryFn: () => desk().simulatorExchange(id),
    // The bytes of an exchange never change; the core forgets them after a while.
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

export const simulatorFaultKindsQuery = () =>
  queryOptions({
    queryKey: key("simulator_fault_kinds"),
    queryFn: () => desk().simulatorFaultKinds(),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const simulatorFaultsQuery = () =>
  queryOptions({ queryKey: key("simulator_faults"), queryFn: () => desk().simulatorFaults() });

export const simulatorShippedScenariosQuery = () =>
  queryOptions({
    queryKey: key("simulator_scenarios_shipped"),
    queryFn: () => desk().simulatorScenariosShipped(),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const simulatorScenariosQuery = () =>
  queryOptions({ queryKey: key("simulator_scenarios"), queryFn: () => desk().simulatorScenarios() });

export const simulatorSnippetsQuery = (url: string | null) =>
  queryOptions({
    // They are filled with where the gateway is.
    queryKey: key("simulator_snippets", url),
    queryFn: () => desk().simulatorSnippets(),
    staleTime: Number.POSITIVE_INFINITY,
  });
