import { ReloadOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import i18next from "i18next";
import { useTranslation } from "react-i18next";
import { CopyText } from "../../components/CopyText";
import { ErrorView } from "../../components/ErrorView";
import { Fact, Facts } from "../../components/Fact";
import { Money } from "../../components/Money";
import { TimeText } from "../../components/TimeText";
import { useReport } from "../../components/use-report";
import { VisibleText } from "../../components/VisibleText";
import { desk } from "../../ipc/client";
import type { RefundDetail, RefundRow } from "../../ipc/model";
import { refundDetailQuery } from "../../ipc/queries";
import { invalidate } from "../../ipc/tags";
import { RefundSign } from "./RefundSign";

/** One refund: where it stands, when its money arrives, what is known of it and from where. */
export function RefundView({ refund: chosen }: { refund: RefundRow }) {
  const { t, i18n } = useTranslation();
  const found = useQuery(refundDetailQuery(chosen.profile, chosen.out_refund_no));
  const ask = useAsk(chosen);
  const refund = found.data?.refund ?? chosen;
  return (
    <aside className="exchange" data-testid="refund-view" data-state={refund.state}>
      <div className="part-head">
        <RefundSign refund={refund} />
        <span className="part-actions">
          <Button
            size="small"
            icon={<ReloadOutlined />}
            loading={ask.isPending}
            onClick={() => ask.mutate()}
            data-testid="refund-query"
          >
            {t("refund.query")}
          </Button>
        </span>
      </div>
      <p className="refund-arrival" data-testid="refund-arrival">
        {i18next.language === "en" ? refund.arrival_en : refund.arrival_zh}
      </p>
      {refund.found && <p className="quiet">{t("refund.found")}</p>}
      <Facts>
        <Fact name={t("refund.column.amount")}>
          <Money fen={refund.refund_fee} strong /> / <Money fen={refund.total_fee} />
        </Fact>
        <Fact name={t("refund.column.number")}>
          <CopyText text={refund.out_refund_no} />
        </Fact>
        <Fact name={t("refund.refundId")}>
          <CopyText text={refund.refund_id} />
        </Fact>
        <Fact name={t("refund.column.order")}>
          <CopyText text={refund.out_trade_no} />
        </Fact>
        {refund.recv_account && <Fact name={t("refund.account")}>{refund.recv_account}</Fact>}
        {refund.refund_desc && <Fact name={t("refund.desktopDesc")}>{refund.refund_desc}</Fact>}
        {refund.next_query_at !== null && (
          <Fact name={t("refund.next")}>
            <TimeText at={refund.next_query_at} />{" "}
            <span className="quiet" data-testid="refund-next-why">
              {i18n.language === "en" ? refund.next_why_en : refund.next_why_zh}
            </span>
          </Fact>
        )}
      </Facts>
      {found.isError && <ErrorView error={found.error} onRetry={() => void found.refetch()} compact />}
      {found.data && <Evidence detail={found.data} />}
    </aside>
  );
}

function useAsk({ profile, out_refund_no }: RefundRow) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const report = useReport();
  const { message } = App.useApp();
  return useMutation({
    mutationFn: () => desk().refundQuery(profile, out_refund_no),
    onSuccess: ({ known, refund, detail }) => {
      if (known) message.success(t("refund.queried", { state: t(`refund.state.${refund.state}`) }));
      else message.warning(detail);
      return invalidate(client, { tags: ["refunds"], ids: [] });
    },
    onError: report,
  });
}

function Evidence({ detail }: { detail: RefundDetail }) {
  const { t } = useTranslation();
  return (
    <section className="exchange-part">
      <h2>{t("refund.evidence")}</h2>
      {detail.timeline.length === 0 && <p className="quiet">{t("refund.noEvidence")}</p>}
      <ol className="timeline">
        {[...detail.timeline].reverse().map((step) => (
          <li key={step.seq} className={`step step-${step.effect}`} data-testid="refund-step">
            <p className="step-head">
              <strong>{t(`refund.source.${step.source === "apply" ? "apply" : "query"}`)}</strong>
              <span className={step.verified ? "chip chip-good" : "chip chip-dashed"}>
                {t(step.verified ? "order.timeline.verified" : "order.timeline.unverified")}
              </span>
              <span className="step-time">
                <TimeText at={step.received_at} />
              </span>
            </p>
            <p className="step-effect">
              <span className={`effect effect-${step.effect}`}>{t(`order.timeline.effect.${step.effect}`)}</span>
              <span className="mono">{step.said}</span>
            </p>
            {step.raw && (
              <details className="raw">
                <summary>{t("order.timeline.raw")}</summary>
                <pre className="mono raw-text">
                  <VisibleText text={step.raw} lines />
                </pre>
              </details>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
