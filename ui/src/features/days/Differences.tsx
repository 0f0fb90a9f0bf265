import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyView } from "../../components/EmptyView";
import { ErrorView } from "../../components/ErrorView";
import { Money } from "../../components/Money";
import { PagedTable } from "../../components/PagedTable";
import { SearchBox } from "../../components/SearchBox";
import { SkeletonRows } from "../../components/Skeleton";
import type { DifferenceRow } from "../../ipc/model";
import { differencesQuery, PAGE_ROWS } from "../../ipc/queries";
import { useDebounced } from "../../lib/use-debounced";
import { DifferenceView } from "./DifferenceView";
import { type DaysSearch, DIFFERENCE_STATES } from "./days-search";
import { useClassWord } from "./use-class-word";

const SEARCH_WAIT_MS = 250;

type DifferencesProps = {
  profile: string;
  date: string;
  search: DaysSearch;
  onSearch: (part: { [K in keyof DaysSearch]?: DaysSearch[K] | undefined }) => void;
};

/** What does not agree, both sides in one row, and the row that was picked. */
export function Differences({ profile, date, search, onSearch }: DifferencesProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const [number] = useDebounced(typed.trim(), SEARCH_WAIT_MS);
  const [picked, setPicked] = useState<string | null>(null);
  const filter = {
    class: search.class ?? null,
    state: search.state ?? null,
    search: number,
    dimension: null,
    value: "",
  };
  const first = useQuery({ ...differencesQuery(profile, date, filter, 0), placeholderData: keepPreviousData });
  const chosen = first.data?.rows.find((row) => row.identity === picked) ?? null;
  const isNarrowed = search.class !== undefined || search.state !== undefined || number !== "";
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
      </div>
      {first.isPending && <SkeletonRows rows={6} />}
      {first.isError && <ErrorView error={first.error} onRetry={() => void first.refetch()} />}
      {first.data?.total === 0 && (
        <EmptyView
          testId="differences-none"
          title={t(isNarrowed ? "days.noneFound" : "days.none")}
          text={t(isNarrowed ? "days.noneFoundText" : "days.noneText")}
        />
      )}
      {first.data && first.data.total > 0 && (
        <div className="list-pane list-pane-split list-pane-inner">
          <PagedTable<DifferenceRow>
            label={t("days.differences")}
            total={first.data.total}
            pageRows={PAGE_ROWS}
            page={(at) => differencesQuery(profile, date, filter, at)}
            columns={[
              { name: t("days.class"), width: 124 },
              { name: t("days.number"), width: 208 },
              { name: t("days.bill"), width: 104, right: true },
              { name: t("days.local"), width: 104, right: true },
              { name: t("days.reason") },
              { name: t("days.state"), width: 84 },
            ]}
            row={(row) => (
              <Line
                key={row.identity}
                row={row}
                isChosen={row.identity === picked}
                onChoose={() => setPicked(row.identity)}
              />
            )}
          />
          {chosen && (
            <DifferenceView
              key={chosen.identity}
              profile={profile}
              date={date}
              row={chosen}
              onClose={() => setPicked(null)}
            />
          )}
        </div>
      )}
    </div>
  );
}

/** The number that a difference goes by. */
function numberOf(row: DifferenceRow): string {
  return row.out_trade_no ?? row.refund_id ?? row.out_refund_no ?? row.transaction_id ?? "—";
}

function Line({ row, isChosen, onChoose }: { row: DifferenceRow; isChosen: boolean; onChoose: () => void }) {
  const { t, i18n } = useTranslation();
  const word = useClassWord();
  const reason = i18n.language === "en" ? row.reason_en : row.reason_zh;
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
      <td className="clip" title={reason}>
        {reason}
      </td>
      <td className={row.state === "open" ? "tone-red" : "quiet"}>{t(`days.stateWord.${stateOf(row)}`)}</td>
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
