import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { CopyText } from "../../components/CopyText";
import { EmptyView } from "../../components/EmptyView";
import { ErrorView } from "../../components/ErrorView";
import { SkeletonRows } from "../../components/Skeleton";
import { TimeText } from "../../components/TimeText";
import { useReport } from "../../components/use-report";
import { useStart } from "../../components/use-settings";
import type { SimulatorNotice } from "../../ipc/model";
import { simulatorNoticesQuery, simulatorTrafficQuery } from "../../ipc/queries";
import { handOver } from "../signature/handover";
import { bodyOf, orderOf } from "./exchange-text";
import { noticeReason } from "./notice-reason";

const SHOWN = 200;
const TONE: Record<SimulatorNotice["status"], string> = {
  pending: "chip chip-info",
  acknowledged: "chip chip-good",
  given_up: "chip chip-danger",
  undeliverable: "chip chip-dashed",
};

/** What the gateway has told the merchant, how often, and when it tries again. */
export function SimulatorNotices() {
  const { t } = useTranslation();
  const notices = useQuery(simulatorNoticesQuery(SHOWN));
  if (notices.isPending) return <SkeletonRows rows={8} />;
  if (notices.isError) return <ErrorView error={notices.error} onRetry={() => void notices.refetch()} />;
  if (notices.data.length === 0) {
    return <EmptyView title={t("simulator.noticesEmpty")} text={t("simulator.noticesEmptyText")} />;
  }
  return (
    <div className="list-pane">
      <div className="table-scroll">
        <table className="list-table">
          <thead>
            <tr>
              <th>{t("simulator.column.state")}</th>
              <th>{t("simulator.column.outTradeNo")}</th>
              <th className="right">{t("simulator.column.attempt")}</th>
              <th>{t("simulator.column.last")}</th>
              <th>{t("simulator.column.next")}</th>
              <th className="right">{t("simulator.column.status")}</th>
              <th>{t("simulator.column.answer")}</th>
              <th aria-label={t("simulator.openSignature")} />
            </tr>
          </thead>
          <tbody>
            {notices.data.map((notice) => (
              <NoticeLine key={notice.id} notice={notice} />
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function NoticeLine({ notice }: { notice: SimulatorNotice }) {
  const { t } = useTranslation();
  const reason = noticeReason(t, notice);
  return (
    <tr data-testid="sim-notice-row" data-status={notice.status}>
      <td>
        <span className={TONE[notice.status]}>{t(`simulator.notice.${notice.status}`)}</span>
      </td>
      <td>
        <CopyText text={notice.out_trade_no} />
      </td>
      <td className="right figures">{notice.attempt}</td>
      <td>
        <TimeText at={notice.last_at} />
      </td>
      <td>
        <TimeText at={notice.next_attempt_at} />
      </td>
      <td className="right figures">{notice.http_status ?? "—"}</td>
      <td className={notice.status === "acknowledged" ? "mono clip" : "clip clip-wide"} title={reason ?? undefined}>
        {reason ?? "—"}
      </td>
      <td className="right">{notice.attempt > 0 && <OpenSignature notice={notice} />}</td>
    </tr>
  );
}

/** Opens the bytes of the last attempt in the workbench; the gateway keeps the last exchanges only. */
function OpenSignature({ notice }: { notice: SimulatorNotice }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const report = useReport();
  const { profiles } = useStart();
  const open = useMutation({
    mutationFn: () => client.fetchQuery(simulatorTrafficQuery(SHOWN)),
    onError: report,
    onSuccess: (traffic) => {
      const sent = traffic.find((one) => one.path === notice.notify_url && orderOf(one) === notice.out_trade_no);
      if (!sent) return;
      const builtin = profiles.find((profile) => profile.builtin)?.name;
      const draft = handOver({
        mode: "verify",
        input: bodyOf(sent.request),
        context: "pay-notify",
        ...(builtin ? { profile: builtin } : {}),
      });
      void navigate({ to: "/signature", search: { draft } });
    },
  });
  const gone = open.isSuccess;
  return (
    <Button
      size="small"
      disabled={gone}
      title={gone ? t("simulator.noticeGone") : undefined}
      loading={open.isPending}
      onClick={() => open.mutate()}
      data-testid="sim-notice-signature"
    >
      {t("simulator.openSignature")}
    </Button>
  );
}
