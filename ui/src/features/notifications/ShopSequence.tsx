import { useQuery } from "@tanstack/react-query";
import i18next from "i18next";
import { useTranslation } from "react-i18next";
import { EmptyView } from "../../components/EmptyView";
import { ErrorView } from "../../components/ErrorView";
import { TimeText } from "../../components/TimeText";
import { VisibleText } from "../../components/VisibleText";
import type { NoticeRow, ShopStep } from "../../ipc/model";
import { listenerQuery, noticeDetailQuery, noticesQuery, shopStepsQuery } from "../../ipc/queries";

type Drawn = {
  key: string;
  at: number;
  kind: ShopStep["kind"] | "notify";
  ok: boolean;
  no: string | null;
  bytes: string[];
  /** What WeChat Pay was asked for it and said. */
  exchanges?: ShopStep["exchanges"];
  /** The notice, whose own bytes are asked for. */
  notice?: number | null;
};

/** wx.login → prepay → requestPayment → notice → query, as they happen, each with its bytes. */
export function ShopSequence() {
  const { t } = useTranslation();
  const { data: listener } = useQuery(listenerQuery());
  const steps = useQuery(shopStepsQuery());
  const notices = useQuery(noticesQuery("", 0));
  if (steps.isError) return <ErrorView error={steps.error} onRetry={() => void steps.refetch()} />;
  const drawn = sequenceOf(steps.data ?? [], notices.data?.rows ?? []);
  if (drawn.length === 0) {
    const text = listener?.shop ? t("notify.shopEmptyText", { url: listener.url }) : t("notify.shopOff");
    return <EmptyView testId="shop-empty" title={t("notify.shopEmpty")} text={text} />;
  }
  return (
    <ol className="timeline shop-steps" data-testid="shop-steps">
      {drawn.map((step) => (
        <li
          key={step.key}
          className={`step step-${step.ok ? "applied" : "refused"}`}
          data-testid="shop-step"
          data-kind={step.kind}
        >
          <p className="step-head">
            <strong>{nameOf(step.kind)}</strong>
            {step.no && <span className="mono">{step.no}</span>}
            <span className="step-time">
              <TimeText at={step.at} />
            </span>
          </p>
          {step.notice != null && <NoticeBytes id={step.notice} />}
          {step.bytes.map((bytes) => (
            <Bytes key={bytes} text={bytes} />
          ))}
          {step.exchanges?.map((exchange) => (
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
  return (
    <div data-testid="shop-exchange" data-path={exchange.path}>
      <p className="mono quiet">{exchange.path}</p>
      {exchange.request !== null && <Bytes text={exchange.request} />}
      {exchange.answer !== null && <Bytes text={exchange.answer} />}
    </div>
  );
}

/** What arrived as a notice. */
function NoticeBytes({ id }: { id: number }) {
  const { data } = useQuery(noticeDetailQuery(id));
  return data ? <Bytes text={data.body} /> : null;
}

/** The notices of the shop's own orders among its requests, the newest first. */
function sequenceOf(steps: ShopStep[], notices: NoticeRow[]): Drawn[] {
  const own = new Set(steps.map((step) => step.out_trade_no));
  const asked = steps.map((step) => ({
    key: `step-${step.id}`,
    at: step.at,
    kind: step.kind,
    ok: step.ok,
    no: step.out_trade_no,
    bytes: [step.request, step.answer],
    exchanges: step.exchanges,
  }));
  const notified = notices
    .filter((notice) => notice.out_trade_no !== null && own.has(notice.out_trade_no))
    .map((notice) => ({
      key: `notice-${notice.id}`,
      at: notice.received_at,
      kind: "notify",
      ok: notice.verdict !== "refused",
      no: notice.out_trade_no,
      bytes: [notice.answer],
      notice: notice.id,
    }));
  return [...asked, ...notified].sort((a, b) => b.at - a.at);
}

/** A step that this window does not know yet is shown as it came. */
function nameOf(kind: string): string {
  const key = `notify.step.${kind}`;
  return i18next.exists(key) ? i18next.t(key as "notify.step.login") : kind;
}
