import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Button } from "antd";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { EmptyView } from "../../components/EmptyView";
import { ErrorView } from "../../components/ErrorView";
import { Page } from "../../components/Page";
import { useActiveProfile } from "../../components/use-settings";
import type { OrderFilter, OrderRow, OrderSort } from "../../ipc/model";
import { firstOrdersQuery, ordersQuery } from "../../ipc/queries";
import { OrderDrawer } from "./OrderDrawer";
import { OrdersFilters } from "./OrdersFilters";
import { OrdersGrid } from "./OrdersGrid";
import { OrdersTotals } from "./OrdersTotals";
import { orderKey } from "./order-key";
import { filterOf, isNarrowed, type OrdersSearch, readOrdersSearch, sortOf, withoutFilters } from "./orders-search";
import { SheetActions } from "./SheetActions";
import type { Shown } from "./snapshot-rows";

const route = getRouteApi("/orders");

/** Every order that the filter lets through, its sums, and one of them opened at the right. */
export function OrdersScreen() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const active = useActiveProfile();
  const { change, openOrder } = useOrdersAddress(search);
  const filter = filterOf(search, active?.name ?? null);
  const sort = sortOf(search);
  const { opened, shown } = useOrdersList(filter, sort);
  const client = useQueryClient();
  const refetch = useCallback(
    () => void client.invalidateQueries({ queryKey: [ordersQuery(filter, sort).queryKey[0]] }),
    [client, filter, sort],
  );
  const close = useCallback(() => openOrder(null), [openOrder]);
  useEscape(search.open !== undefined, close);
  return (
    <Page
      title={t("nav.orders")}
      testId="screen-orders"
      fill
      aside={<OrdersFilters search={search} onChange={change} />}
    >
      <div className="orders-bar">
        <OrdersTotals opened={opened.data} counting={shown !== null && "first" in shown} />
        <SheetActions filter={filter} sort={sort} />
      </div>
      <div className="orders-body">
        {opened.isError ? (
          <ErrorView error={opened.error} onRetry={() => void opened.refetch()} />
        ) : (shown ?? opened.data)?.count === 0 ? (
          <NoOrders narrowed={isNarrowed(search)} onClear={() => change(withoutFilters(search), true)} />
        ) : (
          <OrdersGrid
            shown={shown}
            filterKey={JSON.stringify(filter)}
            sort={sort}
            openKey={search.open && search.of ? orderKey({ profile: search.of, out_trade_no: search.open }) : null}
            showMerchant={filter.profile === null}
            onSort={(by, ascending) => change({ by, ascending })}
            onOpen={openOrder}
            onGone={refetch}
          />
        )}
        {search.open && search.of && (
          <OrderDrawer
            key={`${search.of}/${search.open}`}
            profile={search.of}
            outTradeNo={search.open}
            onClose={close}
          />
        )}
      </div>
    </Page>
  );
}

/** The list of this filter and sort: its snapshot, its first rows until that is there, and nothing of any other list. */
function useOrdersList(filter: OrderFilter, sort: OrderSort) {
  const opened = useQuery({ ...ordersQuery(filter, sort), placeholderData: (previous) => previous });
  const snapshot = opened.isPlaceholderData ? undefined : opened.data;
  const first = useQuery({ ...firstOrdersQuery(filter, sort), enabled: snapshot === undefined }).data;
  const { by, descending } = sort;
  const shown = useMemo((): Shown | null => {
    if (snapshot) return { snapshot: snapshot.snapshot, count: snapshot.count, sort: { by, descending } };
    return first ? { first, count: first.length, sort: { by, descending } } : null;
  }, [snapshot, first, by, descending]);
  return { opened, shown };
}

/** What may be changed in the address; undefined takes a part out. */
export type OrdersChange = { [K in keyof OrdersSearch]?: OrdersSearch[K] | undefined };

function useOrdersAddress(search: OrdersSearch) {
  const navigate = useNavigate();
  const current = useRef(search);
  useEffect(() => {
    current.current = search;
  }, [search]);
  const change = useCallback(
    (part: OrdersChange, whole = false) => {
      const next = readOrdersSearch(whole ? part : { ...current.current, ...part });
      void navigate({ to: "/orders", search: next, replace: true });
    },
    [navigate],
  );
  const openOrder = useCallback(
    (order: Pick<OrderRow, "profile" | "out_trade_no"> | null) => {
      const open = order?.out_trade_no;
      if (current.current.open === open && current.current.of === order?.profile) return;
      const next = readOrdersSearch({ ...current.current, open, of: order?.profile });
      // Opening is a step that Back undoes; going from one order to the next is not.
      void navigate({ to: "/orders", search: next, replace: current.current.open !== undefined });
    },
    [navigate],
  );
  return { change, openOrder };
}

function useEscape(listening: boolean, onEscape: () => void): void {
  useEffect(() => {
    if (!listening) return;
    const onKey = (event: KeyboardEvent) => {
      if (
        event.key === "Escape" &&
        !event.defaultPrevented &&
        !document.querySelector(".ant-modal-wrap, .ant-select-open")
      )
        onEscape();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [listening, onEscape]);
}

function NoOrders({ narrowed, onClear }: { narrowed: boolean; onClear: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  if (narrowed) {
    return (
      <EmptyView
        testId="orders-none"
        title={t("orders.noneTitle")}
        text={t("orders.noneText")}
        action={
          <Button onClick={onClear} data-testid="orders-clear">
            {t("orders.filter.clear")}
          </Button>
        }
      />
    );
  }
  return (
    <EmptyView
      testId="orders-empty"
      title={t("orders.emptyTitle")}
      text={t("orders.emptyText")}
      action={
        <Button type="primary" onClick={() => void navigate({ to: "/test-orders" })}>
          {t("orders.emptyAction")}
        </Button>
      }
    />
  );
}
