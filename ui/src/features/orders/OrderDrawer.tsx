import { CloseOutlined, ReloadOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { App, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "../../components/CopyButton";
import { EnvironmentTag } from "../../components/EnvironmentTag";
import { ErrorView } from "../../components/ErrorView";
import { Money } from "../../components/Money";
import { PayCode, PayParams } from "../../components/PayCode";
import { SkeletonRows } from "../../components/Skeleton";
import { StateSign } from "../../components/StateSign";
import { useReport } from "../../components/use-report";
import { useStart } from "../../components/use-settings";
import { desk } from "../../ipc/client";
import type { OrderDetail, OrderResult } from "../../ipc/model";
import { orderDetailQuery } from "../../ipc/queries";
import { OrderRefunds } from "../refunds/OrderRefunds";
import { RefundDialog } from "../refunds/RefundDialog";
import { OrderFacts } from "./OrderFacts";
import { orderAsText } from "./order-text";
import { Timeline } from "./Timeline";

type OrderDrawerProps = { profile: string; outTradeNo: string; onClose: () => void };

/** One order over the right of the list: what it is, what is being done, what to do, and the evidence for it. */
export function OrderDrawer({ profile, outTradeNo, onClose }: OrderDrawerProps) {
  const { t } = useTranslation();
  const detail = useQuery(orderDetailQuery(profile, outTradeNo));
  return (
    <aside className="drawer" aria-label={t("order.title")} data-testid="order-drawer" data-out-trade-no={outTradeNo}>
      <Button
        type="text"
        className="drawer-close"
        icon={<CloseOutlined />}
        aria-label={t("common.close")}
        title={`${t("common.close")} · Esc`}
        onClick={onClose}
        data-testid="drawer-close"
      />
      {detail.isPending && <SkeletonRows rows={8} />}
      {detail.isError && <ErrorView error={detail.error} onRetry={() => void detail.refetch()} />}
      {detail.data && <Detail detail={detail.data} />}
    </aside>
  );
}

function Detail({ detail }: { detail: OrderDetail }) {
  const { t } = useTranslation();
  const { order } = detail;
  return (
    <>
      <Head detail={detail} />
      <Actions detail={detail} />
      {order.code_url && PAYABLE.has(order.state) && (
        <section className="drawer-part">
          <h2>{t("order.pay.qr")}</h2>
          <PayCode codeUrl={order.code_url} />
        </section>
      )}
      {REFUNDABLE.has(order.state) && <OrderRefunds profile={order.profile} outTradeNo={order.out_trade_no} />}
      <section className="drawer-part">
        <h2>{t("order.facts")}</h2>
        <OrderFacts detail={detail} />
      </section>
      {PAYABLE.has(order.state) && detail.pay_params && detail.pay_params.length > 0 && (
        <section className="drawer-part">
          <h2>{t("order.pay.title")}</h2>
          <p className="quiet">{t("order.pay.text")}</p>
          <PayParams params={detail.pay_params} />
        </section>
      )}
      <section className="drawer-part">
        <h2>{t("order.timeline.title")}</h2>
        <Timeline detail={detail} />
      </section>
    </>
  );
}

function Head({ detail: { order, doing } }: { detail: OrderDetail }) {
  const { t } = useTranslation();
  const { profiles } = useStart();
  const environment = profiles.find((profile) => profile.name === order.profile)?.environment;
  const doubtful = order.flags.includes("unknown") || order.flags.includes("conflict");
  return (
    <header className="drawer-head">
      <div className="drawer-state" data-testid="drawer-state" data-state={order.state}>
        <StateSign order={order} brief />
        {order.flags.includes("confirmed") && <span className="chip">{t("flag.confirmed")}</span>}
        {order.flags.includes("paid_after_close") && (
          <span className="chip chip-danger">{t("flag.paid_after_close")}</span>
        )}
        {environment && <EnvironmentTag environment={environment} />}
      </div>
      <Money fen={order.total_fee} large />
      <dl className="drawer-money figures">
        <dt>{t("order.money.paid")}</dt>
        <dd>
          <Money fen={order.paid_fee} />
        </dd>
        <dt>{t("order.money.refunded")}</dt>
        <dd>
          <Money fen={order.paid_fee === null ? null : order.refunded_fee} />
        </dd>
      </dl>
      {doing && (
        <p className={doubtful ? "doing doing-doubtful" : "doing"} data-testid="order-doing">
          {t(`doing.${order.flags.includes("conflict") ? "human_needed" : doing}`)}
        </p>
      )}
    </header>
  );
}

/** States in which somebody may still pay. */
const PAYABLE = new Set<OrderDetail["order"]["state"]>(["NOTPAY", "USERPAYING", "PAYERROR"]);

/** States in which WeChat may still take a closing. */
const CLOSABLE = new Set<OrderDetail["order"]["state"]>(["NOTPAY", "USERPAYING", "PAYERROR", "ACCEPT"]);

/** States in which money is there to give back. */
const REFUNDABLE = new Set<OrderDetail["order"]["state"]>(["SUCCESS", "REFUND"]);

/** States that no answer to a query is expected to change. */
const FINAL = new Set<OrderDetail["order"]["state"]>(["SUCCESS", "REFUND", "CLOSED", "REVOKED", "CREATE_FAILED"]);

/** Whether asking again is a choice and not the next step: the state is final and nothing about it is in doubt. */
function isFinal({ order, doing }: OrderDetail): boolean {
  const doubtful = order.flags.includes("unknown") || order.flags.includes("conflict");
  return !doubtful && (doing === "done" || FINAL.has(order.state));
}

function Actions({ detail }: { detail: OrderDetail }) {
  const { t } = useTranslation();
  const { order, curl } = detail;
  const { query, close } = useOrderActions(order.profile, order.out_trade_no);
  const [refunding, setRefunding] = useState(false);
  const navigate = useNavigate();
  return (
    <div className="drawer-actions">
      <Button
        type={isFinal(detail) ? "default" : "primary"}
        size="small"
        icon={<ReloadOutlined />}
        loading={query.isPending}
        disabled={close.isPending}
        onClick={() => query.mutate()}
        data-testid="order-query"
      >
        {t("order.actions.query")}
      </Button>
      {CLOSABLE.has(order.state) && (
        <Button
          danger
          size="small"
          loading={close.isPending}
          disabled={query.isPending}
          onClick={() => close.mutate()}
          data-testid="order-close"
        >
          {t("order.actions.close")}
        </Button>
      )}
      {REFUNDABLE.has(order.state) && (
        <Button size="small" onClick={() => setRefunding(true)} data-testid="order-refund">
          {t("refund.apply")}
        </Button>
      )}
      {refunding && (
        <RefundDialog profile={order.profile} outTradeNo={order.out_trade_no} onClose={() => setRefunding(false)} />
      )}
      <Button
        size="small"
        onClick={() => void navigate({ to: "/lookup", search: { q: order.out_trade_no } })}
        data-testid="order-lookup"
      >
        {t("lookup.openLookup")}
      </Button>
      <CopyButton text={orderAsText(t, order)} label={t("order.actions.copyText")} testId="order-copy-text" />
      {curl && <CopyButton text={curl} label={t("order.actions.copyCurl")} testId="order-copy-curl" />}
    </div>
  );
}

function useOrderActions(profile: string, outTradeNo: string) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const report = useReport();
  const client = useQueryClient();
  const tell = (result: OrderResult, word: (state: string) => string) => {
    if (result.outcome === "unknown") message.warning(t("order.resultUnknown"));
    else message.success(word(t(`state.${result.state}`)));
  };
  const onSettled = () => client.invalidateQueries({ queryKey: orderDetailQuery(profile, outTradeNo).queryKey });
  const query = useMutation({
    mutationFn: () => desk().orderQuery(profile, outTradeNo),
    onSuccess: (result) => tell(result, (state) => t("order.queried", { state })),
    onError: report,
    onSettled,
  });
  const close = useMutation({
    // The core draws the question and hands out a token for this one order; the window only passes it on.
    mutationFn: async () =>
      desk().orderClose(profile, outTradeNo, await desk().confirm("close_order", `${profile}/${outTradeNo}`)),
    onSuccess: (result) => tell(result, (state) => t("order.closed", { state })),
    onError: report,
    onSettled,
  });
  return { query, close };
}
