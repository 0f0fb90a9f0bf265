import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Button, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyText } from "../../components/CopyText";
import { DaysFilter } from "../../components/DaysFilter";
import { EmptyView } from "../../components/EmptyView";
import { ErrorView } from "../../components/ErrorView";
import { Money } from "../../components/Money";
import { Page } from "../../components/Page";
import { PagedTable } from "../../components/PagedTable";
import { SearchBox } from "../../components/SearchBox";
import { SkeletonRows } from "../../components/Skeleton";
import { TimeText } from "../../components/TimeText";
import { useProfileLabel } from "../../components/use-profile-label";
import { useStart } from "../../components/use-settings";
import type { RefundRow } from "../../ipc/model";
import { PAGE_ROWS, refundRowsQuery, refundsQuery } from "../../ipc/queries";
import { formatYuan } from "../../lib/money";
import { useDebounced } from "../../lib/use-debounced";
import { RefundDialog } from "./RefundDialog";
import { RefundSign } from "./RefundSign";
import { RefundView } from "./RefundView";
import { isNarrowed, REFUND_STATES, type RefundsSearch, readRefundsSearch, refundFilterOf } from "./refunds-search";

const route = getRouteApi("/refunds");
const SEARCH_WAIT_MS = 250;

/** Refunds: the list with its filters, and beside it the one that was picked. */
export function RefundsScreen() {
  const { t } = useTranslation();
  const { active_profile } = useStart();
  const [applying, setApplying] = useState(false);
  const [chosen, setChosen] = useState<RefundRow | null>(null);
  const filter = useFilter();
  const first = useQuery({ ...refundsQuery(filter.asked, 0), placeholderData: keepPreviousData });
  const unfiltered = !isNarrowed(filter.kept);
  const page = first.data;
  return (
    <Page
      title={t("refund.title")}
      testId="screen-refunds"
      fill
      aside={
        active_profile && (
          <Button size="small" onClick={() => setApplying(true)} data-testid="refund-apply">
            {t("refund.apply")}
          </Button>
        )
      }
    >
      <div className="list-pane">
        <div className="list-head">
          <Select
            className="refund-states"
            mode="multiple"
            allowClear
            maxTagCount="responsive"
            placeholder={t("refund.allStates")}
            aria-label={t("refund.column.state")}
            value={filter.asked.states}
            options={REFUND_STATES.map((state) => ({ value: state, label: t(`refund.state.${state}`) }))}
            onChange={(states) => filter.change({ states })}
          />
          <DaysFilter
            from={filter.kept.from}
            to={filter.kept.to}
            onChange={(from, to) => filter.change({ from, to })}
          />
          <MerchantFilter chosen={filter.kept.merchant} onChoose={(merchant) => filter.change({ merchant })} />
          <SearchBox label={t("refund.search")} testId="refund-search" value={filter.typed} onChange={filter.type} />
          {page && (
            <span className="quiet figures" data-testid="refund-totals">
              {t("refund.totals", {
                count: page.total,
                refunded: formatYuan(page.refunded_fen),
                held: formatYuan(page.held_fen),
              })}
            </span>
          )}
        </div>
        {first.isPending && <SkeletonRows rows={8} />}
        {first.isError && <ErrorView error={first.error} onRetry={() => void first.refetch()} />}
        {page?.total === 0 && (
          <EmptyView
            testId="refunds-empty"
            title={t(unfiltered ? "refund.empty" : "refund.noneFound")}
            text={t(unfiltered ? "refund.emptyText" : "refund.noneFoundText")}
          />
        )}
        {page && page.total > 0 && (
          <div className="list-pane list-pane-split list-pane-inner">
            <PagedTable
              label={t("refund.title")}
              total={page.total}
              pageRows={PAGE_ROWS}
              page={(at) => refundRowsQuery(filter.asked, at)}
              columns={[
                { name: t("refund.column.state"), width: 112 },
                { name: t("refund.column.amount"), width: 104, right: true },
                // The refund that is looked at says the rest beside the list.
                ...(chosen
                  ? [{ name: t("refund.column.number") }]
                  : [
                      { name: t("refund.column.number"), width: 268 },
                      { name: t("refund.column.order"), width: 208 },
                    ]),
                { name: t("refund.column.created"), width: 150 },
                ...(chosen ? [] : [{ name: t("refund.column.success") }]),
              ]}
              row={(refund) => (
                <RefundLine
                  key={`${refund.profile}/${refund.out_refund_no}`}
                  refund={refund}
                  chosen={refund.out_refund_no === chosen?.out_refund_no}
                  isBrief={chosen !== null}
                  onChoose={() => setChosen(refund.out_refund_no === chosen?.out_refund_no ? null : refund)}
                />
              )}
            />
            {chosen && <RefundView key={chosen.out_refund_no} refund={chosen} />}
          </div>
        )}
      </div>
      {applying && active_profile && <RefundDialog profile={active_profile} onClose={() => setApplying(false)} />}
    </Page>
  );
}

/** The filter in the address, so that going back finds it again. */
function useFilter() {
  const navigate = useNavigate();
  const kept = route.useSearch();
  const [typed, setTyped] = useState(kept.q ?? "");
  const [search] = useDebounced(typed.trim(), SEARCH_WAIT_MS);
  const change = (part: Partial<Record<keyof RefundsSearch, unknown>>) =>
    void navigate({ to: "/refunds", search: readRefundsSearch({ ...kept, q: typed.trim(), ...part }), replace: true });
  return {
    kept,
    typed,
    asked: { ...refundFilterOf(kept), search },
    type: (text: string) => {
      setTyped(text);
      change({ q: text.trim() });
    },
    change,
  };
}

/** Nothing where there is one merchant only. */
function MerchantFilter({
  chosen,
  onChoose,
}: {
  chosen: string | undefined;
  onChoose: (name: string | undefined) => void;
}) {
  const { t } = useTranslation();
  const { profiles } = useStart();
  const nameOf = useProfileLabel();
  if (profiles.length < 2 && chosen === undefined) return null;
  return (
    <Select<string>
      className="filter-merchant"
      allowClear
      placeholder={t("orders.filter.allMerchants")}
      aria-label={t("orders.filter.merchant")}
      data-testid="filter-merchant"
      popupMatchSelectWidth={200}
      value={chosen ?? null}
      options={profiles.map(({ name }) => ({ value: name, label: nameOf(name) }))}
      onChange={onChoose}
    />
  );
}

type RefundLineProps = { refund: RefundRow; chosen: boolean; isBrief: boolean; onChoose: () => void };

/** A refund in one row; pressed again, the row closes what it opened. */
function RefundLine({ refund, chosen, isBrief, onChoose }: RefundLineProps) {
  return (
    <tr
      className={chosen ? "chosen choosable" : "choosable"}
      aria-selected={chosen}
      onClick={onChoose}
      data-testid="refund-row"
      data-out-refund-no={refund.out_refund_no}
      data-state={refund.state}
    >
      <td>
        <RefundSign refund={refund} />
      </td>
      <td className="right">
        <Money fen={refund.refund_fee} />
      </td>
      <td className="clip">
        <button type="button" className="row-button mono" title={refund.out_refund_no}>
          {refund.out_refund_no}
        </button>
      </td>
      {!isBrief && (
        <td className="clip">
          <CopyText text={refund.out_trade_no} />
        </td>
      )}
      <td>
        <TimeText at={refund.created_at} />
      </td>
      {!isBrief && (
        <td>
          <TimeText at={refund.success_at} />
        </td>
      )}
    </tr>
  );
}
