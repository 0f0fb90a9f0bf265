import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { CopyText } from "../../components/CopyText";
import { Fact, Facts } from "../../components/Fact";
import { TimeText } from "../../components/TimeText";
import { useReport } from "../../components/use-report";
import { VisibleText } from "../../components/VisibleText";
import { desk } from "../../ipc/client";
import type { SimulatorNotice } from "../../ipc/model";
import { simulatorExchangeQuery, simulatorNoticesQuery, simulatorTrafficQuery } from "../../ipc/queries";
import { formatTime } from "../../lib/time";
import { contextOf } from "./exchange-text";
import { noticeReason } from "./notice-reason";
import { useOpenMessage } from "./use-open-message";
import { useSimulatorAct } from "./use-simulator-act";

const TONE: Record<SimulatorNotice["status"], string> = {
  pending: "chip chip-info",
  acknowledged: "chip chip-good",
  given_up: "chip chip-danger",
  undeliverable: "chip chip-dashed",
};
/** As many exchanges as the gateway keeps. */
const KEPT = 500;

export function NoticeStatus({ status }: Pick<SimulatorNotice, "status">) {
  const { t } = useTranslation();
  return <span className={TONE[status]}>{t(`simulator.notice.status.${status}`)}</span>;
}

/** One notice: every attempt with what came back, when the next is due, and what can be done. */
export function NoticeView({ notice: chosen }: { notice: SimulatorNotice }) {
  const { t } = useTranslation();
  const act = useSimulatorAct();
  const fresh = useQuery(simulatorNoticesQuery(chosen.out_trade_no, 0));
  const notice = fresh.data?.rows.find((one) => one.id === chosen.id) ?? chosen;
  const reason = notice.attempts.length === 0 ? noticeReason(t, notice) : null;
  return (
    <aside className="exchange" data-testid="sim-notice">
      <div className="part-head">
        <NoticeStatus status={notice.status} />
        <span className="part-actions">
          {notice.attempts.length > 0 && <OpenSignature notice={notice} />}
          <Button
            size="small"
            loading={act.isPending}
            disabled={notice.status === "undeliverable"}
            title={t("simulator.notice.resendTip")}
            onClick={() =>
              act.mutate({ run: () => desk().simulatorNoticeResend(notice.id), done: t("simulator.notice.resent") })
            }
            data-testid="sim-notice-resend"
          >
            {t("simulator.notice.resend")}
          </Button>
        </span>
      </div>
      <Facts>
        {notice.out_refund_no && (
          <Fact name={t("simulator.refund.number")}>
            <CopyText text={notice.out_refund_no} />
          </Fact>
        )}
        <Fact name={t("simulator.column.outTradeNo")}>
          <CopyText text={notice.out_trade_no} />
        </Fact>
        <Fact name="notify_url">
          <CopyText text={notice.notify_url || null} />
        </Fact>
        {notice.next_attempt_at !== null && (
          <Fact name={t("simulator.notice.next")}>
            <TimeText at={notice.next_attempt_at} />
          </Fact>
        )}
      </Facts>
      {reason && <p className="quiet">{reason}</p>}
      <ol className="attempts">
        {[...notice.attempts.entries()].reverse().map(([index, attempt]) => (
          <li key={index} className="attempt" data-testid="sim-notice-attempt">
            <p className="attempt-head figures">
              <strong>{t("simulator.notice.attempt", { count: index + 1 })}</strong>
              <span className={attempt.acknowledged ? "chip chip-good" : "chip chip-danger"}>
                {attempt.http_status === null ? t("simulator.notice.noAnswer") : `HTTP ${attempt.http_status}`}
              </span>
              <span className="quiet">
                {formatTime(attempt.at)} · {attempt.took_ms} ms
              </span>
            </p>
            {attempt.answer && (
              <pre className="mono raw-text">
                <VisibleText text={attempt.answer} lines />
              </pre>
            )}
          </li>
        ))}
      </ol>
    </aside>
  );
}

/** Opens the bytes of the last attempt in the workbench; the gateway keeps the last exchanges only. */
function OpenSignature({ notice }: { notice: SimulatorNotice }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const report = useReport();
  const openMessage = useOpenMessage();
  const open = useMutation({
    mutationFn: async () => {
      const number = notice.out_refund_no ?? notice.out_trade_no;
      const filter = { search: notice.notify_url, endpoint: null, outcome: null };
      const { rows } = await client.fetchQuery(simulatorTrafficQuery(filter, KEPT));
      const sent = rows.filter((row) => row.direction === "sent" && row.path === notice.notify_url);
      const own = sent.find((row) => row.out_trade_no === number || row.out_trade_no === notice.out_trade_no);
      return own ? client.fetchQuery(simulatorExchangeQuery(own.id)) : null;
    },
    onError: report,
    onSuccess: (exchange) => {
      if (exchange) openMessage(exchange.request, contextOf(exchange.row));
    },
  });
  const gone = open.isSuccess && open.data === null;
  return (
    <Button
      size="small"
      disabled={gone}
      title={gone ? t("simulator.notice.gone") : undefined}
      loading={open.isPending}
      onClick={() => open.mutate()}
      data-testid="sim-notice-signature"
    >
      {t("simulator.openSignature")}
    </Button>
  );
}
