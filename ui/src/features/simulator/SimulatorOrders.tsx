import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyText } from "../../components/CopyText";
import { EmptyView } from "../../components/EmptyView";
import { ErrorView } from "../../components/ErrorView";
import { Money } from "../../components/Money";
import { PagedTable } from "../../components/PagedTable";
import { SearchBox } from "../../components/SearchBox";
import { SkeletonRows } from "../../components/Skeleton";
import { StateWord } from "../../components/StateSign";
import { TimeText } from "../../components/TimeText";
import type { OrderState, SimulatorOrder } from "../../ipc/model";
import { PAGE_ROWS, simulatorOrdersQuery } from "../../ipc/queries";
import { ORDER_STATES } from "../orders/orders-search";
import { CustomerActions } from "./CustomerActions";
import { OpenOrder } from "./OpenOrder";
import { PayDialog } from "./PayDialog";
import { useListSearch } from "./use-list-search";

/** Orders as the gateway knows them, and the customer's side of each: to pay, to turn away, to enter the password. */
export function SimulatorOrders() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { typed, search, type } = useListSearch();
  const [paying, setPaying] = useState<SimulatorOrder | null>(null);
  const first = useQuery({ ...simulatorOrdersQuery(search, 0), placeholderData: keepPreviousData });
  return (
    <div className="list-pane">
      <div className="list-head">
        <SearchBox label={t("simulator.search")} testId="sim-search" value={typed} onChange={type} />
        {first.data && search !== "" && (
          <span className="quiet figures">{t("simulator.found", { count: first.data.total })}</span>
        )}
      </div>
      {first.isPending && <SkeletonRows rows={8} />}
      {first.isError && <ErrorView error={first.error} onRetry={() => void first.refetch()} />}
      {first.data?.total === 0 &&
        (search === "" ? (
          <EmptyView
            title={t("simulator.ordersEmpty")}
            text={t("simulator.ordersEmptyText")}
            action={<Button onClick={() => void navigate({ to: "/test-orders" })}>{t("nav.test")}</Button>}
          />
        ) : (
          <EmptyView title={t("simulator.noneFound")} text={t("simulator.noneFoundText")} />
        ))}
      {first.data && first.data.total > 0 && (
        <PagedTable
          label={t("simulator.tab.orders")}
          total={first.data.total}
          pageRows={PAGE_ROWS}
          page={(page) => simulatorOrdersQuery(search, page)}
          columns={[
            { name: t("simulator.column.action"), width: 132 },
            { name: t("simulator.column.state"), width: 104 },
            { name: t("simulator.column.amount"), width: 104, right: true },
            { name: t("simulator.column.coupon"), width: 88, right: true },
            { name: t("simulator.column.outTradeNo"), width: 212 },
            { name: t("simulator.column.type"), width: 88 },
            { name: t("simulator.column.body") },
            { name: t("simulator.column.created"), width: 150 },
            { name: t("simulator.column.desk"), width: 72 },
          ]}
          row={(order) => <OrderLine key={`${order.mch_id}/${order.out_trade_no}`} order={order} onPay={setPaying} />}
        />
      )}
      {paying && <PayDialog order={paying} onClose={() => setPaying(null)} />}
    </div>
  );
}

type OrderLineProps = { order: SimulatorOrder; onPay: (order: SimulatorOrder) => void };

function OrderLine({ order, onPay }: OrderLineProps) {
  const known = ORDER_STATES.find((state): state is OrderState => state === order.trade_state);
  return (
    <tr data-testid="sim-order-row" data-out-trade-no={order.out_trade_no} data-state={order.trade_state}>
      <td>
        <CustomerActions order={order} onPay={() => onPay(order)} />
      </td>
      <td>{known ? <StateWord state={known} /> : order.trade_state}</td>
      <td className="right">
        <Money fen={order.total_fee} />
      </td>
      <td className="right">
        <Money fen={order.coupon_fee || null} />
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
      <td>
        <OpenOrder mchId={order.mch_id} outTradeNo={order.out_trade_no} />
      </td>
    </tr>
  );
}
