import { SearchOutlined } from "@ant-design/icons";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { App, Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyText } from "../../components/CopyText";
import { EmptyView } from "../../components/EmptyView";
import { ErrorView } from "../../components/ErrorView";
import { Money } from "../../components/Money";
import { SkeletonRows } from "../../components/Skeleton";
import { StateWord } from "../../components/StateSign";
import { TimeText } from "../../components/TimeText";
import { useReport } from "../../components/use-report";
import { desk } from "../../ipc/client";
import type { OrderState, SimulatorOrder } from "../../ipc/model";
import { simulatorOrdersQuery } from "../../ipc/queries";
import { useDebounced } from "../../lib/use-debounced";
import { ORDER_STATES } from "../orders/orders-search";

const route = getRouteApi("/simulator");
const SHOWN = 200;
const SEARCH_WAIT_MS = 250;

/** Orders as the gateway knows them, and the customer's side of each: to pay. */
export function SimulatorOrders() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { q = "" } = route.useSearch();
  const [typed, setTyped] = useState(q);
  const [search] = useDebounced(typed.trim(), SEARCH_WAIT_MS);
  const orders = useQuery({ ...simulatorOrdersQuery(search, SHOWN), placeholderData: keepPreviousData });
  const type = (text: string) => {
    setTyped(text);
    void navigate({ to: "/simulator", search: text.trim() ? { q: text.trim() } : {}, replace: true });
  };
  return (
    <div className="list-pane">
      <div className="list-head">
        <Input
          className="list-search"
          prefix={<SearchOutlined />}
          allowClear
          placeholder={t("simulator.search")}
          aria-label={t("simulator.search")}
          data-testid="sim-search"
          value={typed}
          onChange={(event) => type(event.target.value)}
        />
        {orders.data && orders.data.length >= SHOWN && (
          <span className="quiet">{t("common.showing", { count: SHOWN })}</span>
        )}
      </div>
      {orders.isPending && <SkeletonRows rows={8} />}
      {orders.isError && <ErrorView error={orders.error} onRetry={() => void orders.refetch()} />}
      {orders.data?.length === 0 && (
        <EmptyView
          title={t("simulator.ordersEmpty")}
          text={t("simulator.ordersEmptyText")}
          action={<Button onClick={() => void navigate({ to: "/test-orders" })}>{t("nav.test")}</Button>}
        />
      )}
      {orders.data && orders.data.length > 0 && <OrdersTable orders={orders.data} />}
    </div>
  );
}

function OrdersTable({ orders }: { orders: SimulatorOrder[] }) {
  const { t } = useTranslation();
  return (
    <div className="table-scroll">
      <table className="list-table">
        <thead>
          <tr>
            <th>{t("simulator.column.action")}</th>
            <th>{t("simulator.column.state")}</th>
            <th className="right">{t("simulator.column.amount")}</th>
            <th>{t("simulator.column.outTradeNo")}</th>
            <th>{t("simulator.column.type")}</th>
            <th>{t("simulator.column.body")}</th>
            <th>{t("simulator.column.created")}</th>
          </tr>
        </thead>
        <tbody>
          {orders.map((order) => (
            <OrderLine key={order.out_trade_no} order={order} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function OrderLine({ order }: { order: SimulatorOrder }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const report = useReport();
  const client = useQueryClient();
  const pay = useMutation({
    mutationFn: () => desk().simulatorPay(order.out_trade_no, null),
    onSuccess: () => {
      message.success(t("simulator.paid", { no: order.out_trade_no.slice(-6) }));
      return client.invalidateQueries({ queryKey: [simulatorOrdersQuery("", 0).queryKey[0]] });
    },
    onError: report,
  });
  const known = ORDER_STATES.find((state): state is OrderState => state === order.trade_state);
  return (
    <tr data-testid="sim-order-row" data-out-trade-no={order.out_trade_no} data-state={order.trade_state}>
      <td>
        {order.trade_state === "NOTPAY" || order.trade_state === "USERPAYING" ? (
          <Button
            size="small"
            loading={pay.isPending}
            onClick={() => pay.mutate()}
            title={t("simulator.payTip")}
            data-testid="sim-pay"
            data-out-trade-no={order.out_trade_no}
          >
            {t("simulator.pay")}
          </Button>
        ) : (
          <span className="quiet">—</span>
        )}
      </td>
      <td>{known ? <StateWord state={known} /> : order.trade_state}</td>
      <td className="right">
        <Money fen={order.total_fee} />
      </td>
      <td>
        <CopyText text={order.out_trade_no} />
      </td>
      <td>{order.trade_type}</td>
      <td className="clip" title={order.body}>
        {order.body}
      </td>
      <td>
        <TimeText at={order.created_at} />
      </td>
    </tr>
  );
}
