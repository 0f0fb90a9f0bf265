import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyView } from "../../components/EmptyView";
import { ErrorView } from "../../components/ErrorView";
import { PagedTable } from "../../components/PagedTable";
import { SearchBox } from "../../components/SearchBox";
import { SkeletonRows } from "../../components/Skeleton";
import { TimeText } from "../../components/TimeText";
import type { SimulatorNotice } from "../../ipc/model";
import { PAGE_ROWS, simulatorNoticesQuery } from "../../ipc/queries";
import { NoticeStatus, NoticeView } from "./NoticeView";
import { noticeReason } from "./notice-reason";
import { useListSearch } from "./use-list-search";

/** What the gateway has told the merchant, how often, and when it tries again. */
export function SimulatorNotices() {
  const { t } = useTranslation();
  const { typed, search, type } = useListSearch();
  const [chosen, setChosen] = useState<SimulatorNotice | null>(null);
  const first = useQuery({ ...simulatorNoticesQuery(search, 0), placeholderData: keepPreviousData });
  return (
    <div className="list-pane">
      <div className="list-head">
        <SearchBox label={t("simulator.notice.search")} testId="sim-notice-search" value={typed} onChange={type} />
      </div>
      {first.isPending && <SkeletonRows rows={8} />}
      {first.isError && <ErrorView error={first.error} onRetry={() => void first.refetch()} />}
      {first.data?.total === 0 && (
        <EmptyView
          title={t(search === "" ? "simulator.notice.empty" : "simulator.noneFound")}
          text={t(search === "" ? "simulator.notice.emptyText" : "simulator.noneFoundText")}
        />
      )}
      {first.data && first.data.total > 0 && (
        <div className="list-pane list-pane-split list-pane-inner">
          <PagedTable
            label={t("simulator.tab.notices")}
            total={first.data.total}
            pageRows={PAGE_ROWS}
            page={(page) => simulatorNoticesQuery(search, page)}
            columns={[
              { name: t("simulator.column.state"), width: 108 },
              { name: t("simulator.notice.about"), width: 224 },
              { name: t("simulator.notice.attempts"), width: 52, right: true },
              { name: t("simulator.notice.last"), width: 140 },
              { name: t("simulator.notice.answer") },
            ]}
            row={(notice) => (
              <NoticeLine
                key={notice.id}
                notice={notice}
                chosen={notice.id === chosen?.id}
                onChoose={() => setChosen(notice)}
              />
            )}
          />
          {chosen ? (
            <NoticeView key={chosen.id} notice={chosen} />
          ) : (
            <p className="exchange exchange-none quiet">{t("simulator.notice.pick")}</p>
          )}
        </div>
      )}
    </div>
  );
}

type NoticeLineProps = { notice: SimulatorNotice; chosen: boolean; onChoose: () => void };

function NoticeLine({ notice, chosen, onChoose }: NoticeLineProps) {
  const { t } = useTranslation();
  const reason = noticeReason(t, notice);
  const number = notice.out_refund_no ?? notice.out_trade_no;
  return (
    <tr
      className={chosen ? "chosen choosable" : "choosable"}
      aria-selected={chosen}
      onClick={onChoose}
      data-testid="sim-notice-row"
      data-status={notice.status}
      data-out-trade-no={notice.out_trade_no}
    >
      <td>
        <NoticeStatus status={notice.status} />
      </td>
      <td className="clip">
        <button type="button" className="row-button mono" onClick={onChoose} title={number}>
          {number}
        </button>
      </td>
      <td className="right figures">{notice.attempts.length}</td>
      <td>
        <TimeText at={notice.attempts.at(-1)?.at ?? null} />
      </td>
      <td className={notice.status === "acknowledged" ? "mono clip" : "clip"} title={reason ?? undefined}>
        {reason ?? "—"}
      </td>
    </tr>
  );
}
