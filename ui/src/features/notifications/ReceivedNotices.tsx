import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyView } from "../../components/EmptyView";
import { ErrorView } from "../../components/ErrorView";
import { PagedTable } from "../../components/PagedTable";
import { SearchBox } from "../../components/SearchBox";
import { SkeletonRows } from "../../components/Skeleton";
import { TimeText } from "../../components/TimeText";
import type { NoticeRow } from "../../ipc/model";
import { noticesQuery, PAGE_ROWS } from "../../ipc/queries";
import { useDebounced } from "../../lib/use-debounced";
import { NoticeDetail } from "./NoticeDetail";
import { SameAs } from "./SameAs";
import { VerdictSign } from "./VerdictSign";

const route = getRouteApi("/notices");
const SEARCH_WAIT_MS = 250;

/** What arrived, the newest first, and beside it the one that was picked. */
export function ReceivedNotices() {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const [search] = useDebounced(typed.trim(), SEARCH_WAIT_MS);
  const { notice: chosen = null } = route.useSearch();
  const navigate = useNavigate();
  const choose = ({ id }: NoticeRow) =>
    void navigate({ to: "/notices", search: id === null ? {} : { notice: id }, replace: true });
  const first = useQuery({ ...noticesQuery(search, 0), placeholderData: keepPreviousData });
  const total = first.data?.total ?? 0;
  return (
    <div className="list-pane">
      <div className="list-head">
        <SearchBox label={t("notify.search")} testId="notice-search" value={typed} onChange={setTyped} />
      </div>
      {first.isPending && <SkeletonRows rows={8} />}
      {first.isError && <ErrorView error={first.error} onRetry={() => void first.refetch()} />}
      {first.data && total === 0 && (
        <EmptyView
          testId="notices-empty"
          title={t(search === "" ? "notify.empty" : "notify.noneFound")}
          text={t(search === "" ? "notify.emptyText" : "notify.noneFoundText")}
        />
      )}
      {total > 0 && (
        <div className="list-pane list-pane-split list-pane-inner">
          <PagedTable
            label={t("notify.title")}
            total={total}
            pageRows={PAGE_ROWS}
            page={(at) => noticesQuery(search, at)}
            columns={[
              { name: t("notify.column.verdict"), width: 104 },
              { name: t("notify.column.kind"), width: 72 },
              { name: t("notify.column.about"), width: 200 },
              { name: t("notify.column.received"), width: 142 },
              { name: t("notify.column.took"), width: 76, right: true },
              { name: t("notify.column.attempt") },
            ]}
            row={(notice) => (
              <NoticeLine
                key={notice.id}
                notice={notice}
                chosen={notice.id === chosen}
                onChoose={() => choose(notice)}
              />
            )}
          />
          {chosen === null ? (
            <p className="exchange exchange-none quiet">{t("notify.pick")}</p>
          ) : (
            <NoticeDetail key={chosen} id={chosen} />
          )}
        </div>
      )}
    </div>
  );
}

type NoticeLineProps = { notice: NoticeRow; chosen: boolean; onChoose: () => void };

function NoticeLine({ notice, chosen, onChoose }: NoticeLineProps) {
  const { t } = useTranslation();
  const number = notice.out_refund_no ?? notice.out_trade_no ?? "—";
  const kind = notice.kind === "payment" || notice.kind === "refund" ? notice.kind : "none";
  return (
    <tr
      className={chosen ? "chosen choosable" : "choosable"}
      aria-selected={chosen}
      onClick={onChoose}
      data-testid="notice-row"
      data-verdict={notice.verdict}
      data-out-trade-no={notice.out_trade_no}
    >
      <td>
        <VerdictSign verdict={notice.verdict} />
      </td>
      <td>{t(`notify.kind.${kind}`)}</td>
      <td className="clip">
        <button type="button" className="row-button mono" onClick={onChoose} title={number}>
          {number}
        </button>
      </td>
      <td>
        <TimeText at={notice.received_at} />
      </td>
      <td className="right figures">{notice.took_ms === null ? "—" : `${notice.took_ms} ms`}</td>
      <td className="figures">
        {notice.attempt}
        {notice.duplicate_of !== null && (
          <>
            {" · "}
            <SameAs id={notice.duplicate_of} />
          </>
        )}
      </td>
    </tr>
  );
}
