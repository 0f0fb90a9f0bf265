import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button, Select } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyView } from "../../components/EmptyView";
import { ErrorView } from "../../components/ErrorView";
import { Money } from "../../components/Money";
import { PagedTable } from "../../components/PagedTable";
import { SearchBox } from "../../components/SearchBox";
import { SkeletonRows } from "../../components/Skeleton";
import type { DifferenceFilter, DifferenceRow } from "../../ipc/model";
import { differencesQuery, PAGE_ROWS } from "../../ipc/queries";
import { useDebounced } from "../../lib/use-debounced";
import { JobProgress } from "../orders/JobProgress";
import { DifferenceView } from "./DifferenceView";
import { type DaysSearch, DIFFERENCE_STATES } from "./days-search";
import { SayMany } from "./SayMany";
import { useAsking } from "./use-asking";
import { useSlow } from "./use-bills-fetch";
import { useClassWord } from "./use-class-word";
import { useListKeys, usePicked } from "./use-picked";

const SEARCH_WAIT_MS = 250;

type DifferencesProps = {
  profile: string;
  date: string;
  search: DaysSearch;
  onSearch: (part: { [K in keyof DaysSearch]?: DaysSearch[K] | undefined }) => void;
};

/** What does not agree: which of it, and the list. */
export function Differences({ profile, date, search, onSearch }: DifferencesProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const [number] = useDebounced(typed.trim(), SEARCH_WAIT_MS);
  const asking = useAsking(profile, date);
  const isSlow = useSlow(asking.running);
  const filter: DifferenceFilter = {
    class: search.class ?? null,
    state: search.state ?? null,
    search: number,
    identity: "",
    dimension: search.by ?? null,
    value: search.value ?? "",
  };
  return (
    <div className="differences">
      <div className="list-head">
        <Select
          allowClear
          className="difference-states"
          placeholder={t("days.allStates")}
          aria-label={t("days.state")}
          value={search.state ?? null}
          options={DIFFERENCE_STATES.map((value) => ({ value, label: t(`days.stateWord.${value}`) }))}
          onChange={(state) => onSearch({ state: state ?? undefined })}
        />
        <SearchBox label={t("days.search")} testId="difference-search" value={typed} onChange={setTyped} />
        <Button
          loading={asking.running}
          onClick={() => asking.ask(filter)}
          title={t("days.askWhy")}
          data-testid="differences-ask"
        >
          {t("days.ask")}
        </Button>
        <All profile={profile} date={date} filter={filter} />
        {isSlow && <JobProgress label={t("days.ask")} unit="questions" job={asking} />}
      </div>
      <List
        key={JSON.stringify(filter)}
        profile={profile}
        date={date}
        filter={filter}
        open={search.open}
        onOpened={() => onSearch({})}
      />
    </div>
  );
}

/** Handles everything that is in the list. */
function All({ profile, date, filter }: ListProps) {
  const { t } = useTranslation();
  const [saying, setSaying] = useState(false);
  const total = useQuery({ ...differencesQuery(profile, date, filter, 0), placeholderData: keepPreviousData }).data
    ?.total;
  if (!total) return null;
  return (
    <>
      <Button onClick={() => setSaying(true)} title={t("days.sayManyWhy")} data-testid="differences-say">
        {t("days.sayManyDo")}
      </Button>
      {saying && (
        <SayMany profile={profile} date={date} filter={filter} count={total} onClose={() => setSaying(false)} />
      )}
    </>
  );
}

type ListProps = { profile: string; date: string; filter: DifferenceFilter };

/** Both sides in one row, and the row that was picked beside them. */
function List({
  profile,
  date,
  filter,
  open,
  onOpened,
}: ListProps & { open?: string | undefined; onOpened: () => void }) {
  const { t } = useTranslation();
  // Once it is open, the address has done its part: it opens nothing again after another filter.
  useEffect(() => {
    if (open) onOpened();
  }, [open, onOpened]);
  const first = useQuery({ ...differencesQuery(profile, date, filter, 0), placeholderData: keepPreviousData });
  const total = first.data?.total ?? 0;
  const picked = usePicked(profile, date, filter, total, open);
  const pane = useRef<HTMLDivElement>(null);
  useListKeys({
    isActive: () => picked.identity !== null || (pane.current?.contains(document.activeElement) ?? false),
    onStep: (by) => void picked.step(by),
    onEnter: () => {
      if (picked.identity === null) void picked.step(1);
      else pane.current?.querySelector("textarea")?.focus();
    },
  });
  if (first.isPending) return <SkeletonRows rows={6} />;
  if (first.isError) return <ErrorView error={first.error} onRetry={() => void first.refetch()} />;
  const isBrief = picked.row !== null;
  const isNarrowed = filter.class ?? filter.state ?? filter.dimension ?? (filter.search || null);
  return (
    <div className="list-pane list-pane-split list-pane-inner" ref={pane}>
      {total === 0 ? (
        <EmptyView
          testId="differences-none"
          title={t(isNarrowed ? "days.noneFound" : "days.none")}
          text={t(isNarrowed ? "days.noneFoundText" : "days.noneText")}
        />
      ) : (
        <PagedTable<DifferenceRow>
          label={t("days.differences")}
          total={total}
          pageRows={PAGE_ROWS}
          inSight={picked.place}
          page={(at) => differencesQuery(profile, date, filter, at)}
          columns={[
            { name: t("days.class"), width: isBrief ? 96 : 124 },
            isBrief ? { name: t("days.number") } : { name: t("days.number"), width: 208 },
            { name: t("days.bill"), width: 104, right: true },
            { name: t("days.local"), width: 104, right: true },
            // The row that is looked at says both beside the list.
            ...(isBrief ? [] : [{ name: t("days.reason") }, { name: t("days.state"), width: 84 }]),
          ]}
          row={(row, place) => (
            <Line
              key={row.identity}
              row={row}
              isBrief={isBrief}
              isChosen={row.identity === picked.identity}
              onChoose={() => picked.pick(row, place)}
            />
          )}
        />
      )}
      {picked.row && (
        <DifferenceView
          key={picked.row.identity}
          profile={profile}
          date={date}
          row={picked.row}
          onClose={picked.drop}
        />
      )}
    </div>
  );
}

/** The number that a difference goes by. */
export function numberOf(row: DifferenceRow): string {
  return row.out_trade_no ?? row.refund_id ?? row.out_refund_no ?? row.transaction_id ?? "—";
}

type LineProps = { row: DifferenceRow; isBrief: boolean; isChosen: boolean; onChoose: () => void };

function Line({ row, isBrief, isChosen, onChoose }: LineProps) {
  const { t, i18n } = useTranslation();
  const word = useClassWord();
  const reason = i18n.language === "en" ? row.reason_en : row.reason_zh;
  const said = i18n.language === "en" ? row.answer?.sentence_en : row.answer?.sentence_zh;
  const number = numberOf(row);
  return (
    <tr
      className={isChosen ? "chosen choosable" : "choosable"}
      aria-selected={isChosen}
      onClick={onChoose}
      data-testid="difference-row"
      data-class={row.class}
      data-state={row.state}
    >
      <td className="clip">{word(row.class)}</td>
      <td className="clip">
        <button type="button" className="row-button mono" onClick={onChoose} title={number}>
          {number}
        </button>
      </td>
      <td className="right clip">
        <Value row={row} value={row.bill_value} fen={row.bill_fen} />
      </td>
      <td className="right clip">
        <Value row={row} value={row.local_value} fen={row.local_fen} />
      </td>
      {!isBrief && (
        <>
          <td className="clip" title={said ? `${reason} · ${said}` : reason}>
            {said && <strong>{said} · </strong>}
            {reason}
          </td>
          <td className={row.state === "open" ? "tone-red" : "quiet"}>{t(`days.stateWord.${stateOf(row)}`)}</td>
        </>
      )}
    </tr>
  );
}

/** One side of the field that differs, marked; an amount as money. */
export function Value({ row, value, fen }: { row: DifferenceRow; value: string | null; fen: number | null }) {
  const isAmount = row.field === "total_fee" || row.field === "refund_fee";
  const differs = row.bill_fen !== null && row.local_fen !== null;
  return (
    <span className={differs ? "differs" : undefined}>
      {isAmount || value === null ? <Money fen={isAmount ? fen : null} /> : value}
    </span>
  );
}

export function stateOf(row: DifferenceRow) {
  return DIFFERENCE_STATES.find((state) => state === row.state) ?? "open";
}
