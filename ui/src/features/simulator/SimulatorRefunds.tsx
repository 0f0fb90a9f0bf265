import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { CopyText } from "../../components/CopyText";
import { EmptyView } from "../../components/EmptyView";
import { ErrorView } from "../../components/ErrorView";
import { Money } from "../../components/Money";
import { PagedTable } from "../../components/PagedTable";
import { SearchBox } from "../../components/SearchBox";
import { SkeletonRows } from "../../components/Skeleton";
import { TimeText } from "../../components/TimeText";
import { desk } from "../../ipc/client";
import type { RefundEnd, SimulatorRefund } from "../../ipc/model";
import { PAGE_ROWS, simulatorRefundsQuery } from "../../ipc/queries";
import { formatTime } from "../../lib/time";
import { Actions } from "./CustomerActions";
import { useListSearch } from "./use-list-search";
import { useSimulatorAct } from "./use-simulator-act";

const TONE: Record<string, string> = {
  PROCESSING: "chip chip-info",
  SUCCESS: "chip chip-good",
  CHANGE: "chip chip-danger",
};
const STATUSES = ["PROCESSING", "SUCCESS", "CHANGE", "REFUNDCLOSE"] as const;
const wordOf = (status: string) => STATUSES.find((known) => known === status);

/** Refunds as the gateway knows them, and what becomes of those that are under way. */
export function SimulatorRefunds() {
  const { t } = useTranslation();
  const { typed, search, type } = useListSearch();
  const first = useQuery({ ...simulatorRefundsQuery(search, 0), placeholderData: keepPreviousData });
  return (
    <div className="list-pane">
      <div className="list-head">
        <SearchBox label={t("simulator.refund.search")} testId="sim-refund-search" value={typed} onChange={type} />
        {first.data && search !== "" && (
          <span className="quiet figures">{t("simulator.found", { count: first.data.total })}</span>
        )}
      </div>
      {first.isPending && <SkeletonRows rows={8} />}
      {first.isError && <ErrorView error={first.error} onRetry={() => void first.refetch()} />}
      {first.data?.total === 0 && (
        <EmptyView
          testId="sim-refunds-empty"
          title={t(search === "" ? "simulator.refund.empty" : "simulator.noneFound")}
          text={t(search === "" ? "simulator.refund.emptyText" : "simulator.noneFoundText")}
        />
      )}
      {first.data && first.data.total > 0 && (
        <PagedTable
          label={t("simulator.tab.refunds")}
          total={first.data.total}
          pageRows={PAGE_ROWS}
          page={(page) => simulatorRefundsQuery(search, page)}
          columns={[
            { name: t("simulator.column.action"), width: 104 },
            { name: t("simulator.column.state"), width: 88 },
            { name: t("simulator.refund.amount"), width: 88, right: true },
            { name: t("simulator.refund.ofTotal"), width: 88, right: true },
            { name: t("simulator.refund.number"), width: 216 },
            { name: t("simulator.column.outTradeNo"), width: 200 },
            { name: t("simulator.refund.accepted"), width: 150 },
            { name: t("simulator.refund.ended") },
          ]}
          row={(refund) => <RefundLine key={`${refund.mch_id}/${refund.out_refund_no}`} refund={refund} />}
        />
      )}
    </div>
  );
}

function RefundLine({ refund }: { refund: SimulatorRefund }) {
  const { t } = useTranslation();
  const word = wordOf(refund.status);
  return (
    <tr data-testid="sim-refund-row" data-out-refund-no={refund.out_refund_no} data-status={refund.status}>
      <td>
        <RefundActions refund={refund} />
      </td>
      <td>
        <span className={TONE[refund.status] ?? "chip"} title={refund.status}>
          {word ? t(`simulator.refund.status.${word}`) : refund.status}
        </span>
      </td>
      <td className="right">
        <Money fen={refund.refund_fee} />
      </td>
      <td className="right quiet">
        <Money fen={refund.total_fee} />
      </td>
      <td>
        <CopyText text={refund.out_refund_no} middle />
      </td>
      <td>
        <CopyText text={refund.out_trade_no} />
      </td>
      <td>
        <TimeText at={refund.accepted_at} />
      </td>
      <td>
        <Ending refund={refund} />
      </td>
    </tr>
  );
}

/** When it ended; before that, what becomes of it by itself. */
function Ending({ refund }: { refund: SimulatorRefund }) {
  const { t } = useTranslation();
  const { ended_at, planned_at, planned_status } = refund;
  if (ended_at !== null) return <TimeText at={ended_at} />;
  const word = planned_status === null ? undefined : wordOf(planned_status);
  if (planned_at === null || !word) return <span className="quiet">{t("simulator.refund.stays")}</span>;
  return (
    <span className="quiet">
      {t("simulator.refund.planned", { time: formatTime(planned_at), status: t(`simulator.refund.status.${word}`) })}
    </span>
  );
}

function RefundActions({ refund }: { refund: SimulatorRefund }) {
  const { t } = useTranslation();
  const act = useSimulatorAct();
  const { mch_id, out_refund_no, status } = refund;
  const end = (how: RefundEnd) =>
    act.mutate({
      run: () => desk().simulatorRefundEnd({ mch_id, out_refund_no }, how),
      done: t(`simulator.refund.did.${how}`, { no: out_refund_no.slice(-6) }),
    });
  if (status !== "PROCESSING" && status !== "CHANGE") return <span className="quiet">—</span>;
  const close = { key: "close", label: t("simulator.refund.close"), onClick: () => end("close") };
  const change = { key: "change", label: t("simulator.refund.change"), onClick: () => end("change") };
  return (
    <Actions
      label={t("simulator.refund.succeed")}
      tip={t("simulator.refund.succeedTip")}
      testId="sim-refund-succeed"
      no={out_refund_no}
      busy={act.isPending}
      onMain={() => end("success")}
      more={status === "PROCESSING" ? [change, close] : [close]}
    />
  );
}
