import type { ColDef, ICellRendererParams } from "ag-grid-community";
import type { TFunction } from "i18next";
import { CopyText } from "../../components/CopyText";
import { Money } from "../../components/Money";
import { ProfileName } from "../../components/ProfileName";
import { StateSign } from "../../components/StateSign";
import { TimeText } from "../../components/TimeText";
import type { OrderRow, OrderSort } from "../../ipc/model";

type Cell = ICellRendererParams<OrderRow>;
type Column = ColDef<OrderRow> & { colId: OrderSort["by"] };

/** Draws a cell once its row has arrived; until then a grey bar stands for it. */
function cell(draw: (order: OrderRow) => React.ReactNode) {
  return ({ data }: Cell) => (data ? draw(data) : <span className="skeleton skeleton-cell" />);
}

/** The columns of the order list, each of which the core can sort by. */
export function orderColumns(t: TFunction, language: string, showMerchant: boolean): Column[] {
  return [
    {
      colId: "state",
      headerName: t("orders.column.state"),
      width: language === "en" ? 146 : 120,
      cellRenderer: STATE,
    },
    {
      colId: "total_fee",
      headerName: t("orders.column.amount"),
      width: 108,
      cellClass: "cell-right",
      headerClass: "header-right",
      cellRenderer: AMOUNT,
    },
    {
      colId: "out_trade_no",
      headerName: t("orders.column.outTradeNo"),
      minWidth: 130,
      maxWidth: 236,
      flex: 6,
      cellRenderer: OUT_TRADE_NO,
    },
    {
      colId: "transaction_id",
      headerName: t("orders.column.transactionId"),
      minWidth: 130,
      maxWidth: 236,
      flex: 6,
      cellRenderer: TRANSACTION_ID,
    },
    { colId: "trade_type", headerName: t("orders.column.type"), width: 74, cellRenderer: TYPE },
    { colId: "body", headerName: t("orders.column.body"), minWidth: 100, flex: 3, cellRenderer: BODY },
    ...(showMerchant
      ? [
          {
            colId: "profile" as const,
            headerName: t("orders.column.merchant"),
            width: 110,
            cellRenderer: MERCHANT,
          },
        ]
      : []),
    { colId: "created_at", headerName: t("orders.column.created"), width: 150, cellRenderer: CREATED },
    { colId: "paid_at", headerName: t("orders.column.paid"), width: 150, cellRenderer: PAID },
  ];
}

const STATE = cell((order) => (
  <span data-testid="order-row" data-out-trade-no={order.out_trade_no}>
    <span data-testid="order-state" data-state={order.state} data-out-trade-no={order.out_trade_no}>
      <StateSign order={order} />
    </span>
  </span>
));
const AMOUNT = cell((order) => <Money fen={order.total_fee} />);
const OUT_TRADE_NO = cell((order) => <CopyText text={order.out_trade_no} focusable={false} middle />);
const TRANSACTION_ID = cell((order) => <CopyText text={order.transaction_id} focusable={false} middle />);
const TYPE = cell((order) => order.trade_type ?? "—");
const BODY = cell((order) => <span title={order.body}>{order.body}</span>);
const MERCHANT = cell((order) => <ProfileName name={order.profile} />);
const CREATED = cell((order) => <TimeText at={order.created_at} />);
const PAID = cell((order) => <TimeText at={order.paid_at} />);
