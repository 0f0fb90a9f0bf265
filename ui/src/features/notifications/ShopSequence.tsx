import { useQuery } from "@tanstack/react-query";
import i18next from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyView } from "../../components/EmptyView";
import { ErrorView } from "../../components/ErrorView";
import { SkeletonRows } from "../../components/Skeleton";
import { TimeText } from "../../components/TimeText";
import { VisibleText } from "../../components/VisibleText";
import type { ShopOrder, ShopStep } from "../../ipc/model";
import { listenerQuery, shopOrdersQuery, shopSequenceQuery } from "../../ipc/queries";

/** wx.login → prepay → requestPayment → notice → query of one order, as they happen, each with its bytes. */
export function ShopSequence() {
  const { t } = useTranslation();
  const [picked, setPicked] = useState<ShopOrder | null>(null);
  const { data: listener } = useQuery(listenerQuery());
  const orders = useQuery(shopOrdersQuery());
  if (orders.isError) return <ErrorView error={orders.error} onRetry={() => void orders.refetch()} />;
  if (orders.isPending) return <SkeletonRows rows={8} />;
  const shown = picked ?? orders.data[0];
  if (!shown) {
    const text = listener?.shop ? t("notify.shopEmptyText", { url: listener.url }) : t("notify.shopOff");
    return <EmptyView testId="shop-empty" title={t("notify.shopEmpty")} text={text} />;
  }
  return (
    <div className="list-pane list-pane-split list-pane-inner">
      <ul className="shop-orders" aria-label={t("notify.shopOrders")}>
        <li>
          <button
            type="button"
            aria-pressed={picked === null}
            onClick={() => setPicked(null)}
            data-testid="shop-newest"
          >
            {t("notify.shopNewest")}
          </button>
        </li>
        {orders.data.map((order) => (
          <li key={keyOf(order)}>
            <button
              type="button"
              aria-pressed={picked !== null && keyOf(order) === keyOf(picked)}
              onClick={() => setPicked(order)}
              data-testid="shop-order"
              data-out-trade-no={order.out_trade_no}
            >
              <span className="mono">{order.out_trade_no ?? t("notify.shopNoOrder")}</span>
              <TimeText at={order.at} />
            </button>
          </li>
        ))}
      </ul>
      <Sequence key={keyOf(shown)} order={shown} />
    </div>
  );
}

function keyOf({ profile, out_trade_no }: ShopOrder): string {
  return `${profile} ${out_trade_no ?? ""}`;
}

function Sequence({ order }: { order: ShopOrder }) {
  const steps = useQuery(shopSequenceQuery(order.profile, order.out_trade_no));
  if (steps.isError) return <ErrorView error={steps.error} onRetry={() => void steps.refetch()} />;
  if (steps.isPending) return <SkeletonRows rows={8} />;
  return (
    <ol className="timeline shop-steps" data-testid="shop-steps" data-out-trade-no={order.out_trade_no}>
      {steps.data.map((step) => (
        <li
          key={`${step.kind}-${step.id}`}
          className={`step step-${step.ok ? "applied" : "refused"}`}
          data-testid="shop-step"
          data-kind={step.kind}
        >
          <p className="step-head">
            <strong>{nameOf(step.kind)}</strong>
            {step.out_trade_no && <span className="mono">{step.out_trade_no}</span>}
            <span className="step-time">
              <TimeText at={step.at} />
            </span>
          </p>
          {step.request !== null && <Bytes text={step.request} />}
          {step.answer !== null && <Bytes text={step.answer} />}
          {step.exchanges.map((exchange) => (
            <Exchange key={exchange.path} exchange={exchange} />
          ))}
        </li>
      ))}
    </ol>
  );
}

function Bytes({ text }: { text: string }) {
  return (
    <pre className="mono raw-text">
      <VisibleText text={text} lines />
    </pre>
  );
}

function Exchange({ exchange }: { exchange: ShopStep["exchanges"][number] }) {
  const { t } = useTranslation();
  return (
    <div data-testid="shop-exchange" data-path={exchange.path}>
      <p className="mono quiet">{exchange.path}</p>
      {exchange.request === null ? (
        <p className="quiet">{t("notify.shopNotKept")}</p>
      ) : (
        <Bytes text={exchange.request} />
      )}
      {exchange.answer === null ? (
        <p className="quiet">{t("notify.shopNoAnswer")}</p>
      ) : (
        <Bytes text={exchange.answer} />
      )}
    </div>
  );
}

/** A step that this window does not know yet is shown as it came. */
function nameOf(kind: string): string {
  const key = `notify.step.${kind}`;
  return i18next.exists(key) ? i18next.t(key as "notify.step.login") : kind;
}
