import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button, Checkbox, Select } from "antd";
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
import { type SaidTo, SayMany } from "./SayMany";
import { useAsking } from "./use-asking";
import { useSlow } from "./use-bills-fetch";
import { useClassWord } from "./use-class-word";
import { useListKeys, usePicked } from "./use-picked";
import { type ListTicks, useTicks } from "./use-ticks";

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
  const list = JSON.stringify(filter);
  const ticks = useTicks(list);
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
        <Handle profile={profile} date={date} filter={filter} ticks={ticks} />
        {isSlow && <JobProgress label={t("days.ask")} unit="questions" job={asking} />}
      </div>
      <List
        key={list}
        profile={profile}
        date={date}
        filter={filter}
        ticks={ticks}
        open={search.open}
        onOpened={() => onSearch({})}
      />
    </div>
  );
}

/** Handles what is ticked, or everything that is in the list. */
function Handle({ profile, date, filter, ticks }: ListProps) {
  const { t, i18n } = useTranslation();
  // What it was opened for stays, however the list changes while it is gone through.
  const [saying, setSaying] = useState<SaidTo | null>(null);
  const total = useQuery({ ...differencesQuery(profile, date, filter, 0), placeholderData: keepPreviousData }).data
    ?.total;
  const count = ticks.ticked.size;
  return (
    <>
      {total ? (
        <Button
          type={count > 0 ? "primary" : "default"}
          onClick={() => setSaying({ filter, ...(count > 0 ? { ticked: [...ticks.ticked] } : { shown: total }) })}
          title={t("days.sayManyWhy")}
          data-testid="differences-say"
        >
          {count > 0
            ? t("days.sayTickedDo", { count: new Intl.NumberFormat(i18n.language).format(count) })
            : t("days.sayManyDo")}
        </Button>
      ) : null}
      {total && count > 0 ? (
        <Button type="text" onClick={ticks.clear} data-testid="ticks-clear">
          {t("days.untick")}
        </Button>
      ) : null}
      {saying && (
        <SayMany profile={profile} date={date} to={saying} onSaid={ticks.clear} onClose={() => setSaying(null)} />
      )}
    </>
  );
}

type ListProps = { profile: string; date: string; filter: DifferenceFilter; ticks: ListTicks };

/** Both sides in one row, and the row that was picked beside them. */
function List({
  profile,
  date,
  filter,
  ticks,
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
  const extend = async (by: 1 | -1) => {
    const from = picked.at;
    if (from === null) return picked.step(by);
    const { to, hasLeft } = await picked.stepFrom(from, by);
    // What nobody sees any more is not ticked.
    if (to && hasLeft) ticks.begin(to);
    else if (to && to.place !== from.place) ticks.extend(from, to);
  };
  useListKeys({
    list: pane,
    isActive: () => picked.identity !== null || (pane.current?.contains(document.activeElement) ?? false),
    onStep: (by) => {
      ticks.rest();
      void picked.step(by);
    },
    onExtend: (by) => void extend(by),
    onTick: () => {
      if (picked.identity === null) void picked.step(1).then((spot) => spot && ticks.toggle(spot.identity));
      else ticks.toggle(picked.identity);
    },
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
            { name: "", width: 40 },
            ...(isBrief ? [] : [{ name: t("days.class"), width: 124 }]),
            isBrief ? { name: t("days.number") } : { name: t("days.number"), width: 192 },
            { name: t("days.bill"), width: 92, right: true },
            { name: t("days.local"), width: 92, right: true },
            // The row that is looked at says all of it beside the list.
            ...(isBrief ? [] : [{ name: t("days.reason") }, { name: t("days.state"), width: 84 }]),
          ]}
          row={(row, place) => (
            <Line
              key={row.identity}
              row={row}
              isBrief={isBrief}
              isChosen={row.identity === picked.identity}
              isTicked={ticks.ticked.has(row.identity)}
              onTick={() => {
                if (!ticks.ticked.has(row.identity)) picked.touch(row, place);
                ticks.toggle(row.identity);
              }}
              onChoose={() => {
                ticks.rest();
                picked.pick(row, place);
              }}
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
function numberOf(row: DifferenceRow): string {
  return row.out_trade_no ?? row.refund_id ?? row.out_refund_no ?? row.transaction_id ?? "—";
}

function isWithin(target: EventTarget, selector: string): boolean {
  return target instanceof Element && target.closest(selector) !== null;
}

type LineProps = {
  row: DifferenceRow;
  isBrief: boolean;
  isChosen: boolean;
  isTicked: boolean;
  onTick: () => void;
  onChoose: () => void;
};

function Line({ row, isBrief, isChosen, isTicked, onTick, onChoose }: LineProps) {
  const { t, i18n } = useTranslation();
  const reason = i18n.language === "en" ? row.reason_en : row.reason_zh;
  const said = i18n.language === "en" ? row.answer?.sentence_en : row.answer?.sentence_zh;
  return (
    <tr
      className={isChosen ? "chosen choosable" : "choosable"}
      aria-selected={isChosen}
      onClick={(event) => {
        if (!isWithin(event.target, ".tick-cell")) onChoose();
      }}
      data-testid="difference-row"
      data-class={row.class}
      data-state={row.state}
    >
      <td className="tick-cell">
        <Checkbox
          checked={isTicked}
          onChange={onTick}
          aria-label={t("days.tick", { number: numberOf(row) })}
          data-testid="difference-tick"
        />
      </td>
      <BothSides row={row} isBrief={isBrief} />
      {!isBrief && (
        <>
          <td className="clip" title={said ? `${reason} · ${said}` : reason}>
            {said && <strong>{said} · </strong>}
            {reason}
          </td>
          <StateCell row={row} />
        </>
      )}
    </tr>
  );
}

/** The cells that every list of differences has: the class where there is room, the number, whose press is one of its row, and
 * both sides. */
export function BothSides({ row, isBrief = false }: { row: DifferenceRow; isBrief?: boolean }) {
  const word = useClassWord();
  const number = numberOf(row);
  return (
    <>
      {!isBrief && (
        <td className="clip" title={word(row.class)}>
          {word(row.class)}
        </td>
      )}
      <td className="clip">
        <button type="button" className="row-button mono" title={number}>
          {number}
        </button>
      </td>
      <td className="right clip">
        <Value row={row} value={row.bill_value} fen={row.bill_fen} />
      </td>
      <td className="right clip">
        <Value row={row} value={row.local_value} fen={row.local_fen} />
      </td>
    </>
  );
}

/** Where a difference stands. */
export function StateCell({ row }: { row: DifferenceRow }) {
  const { t } = useTranslation();
  return <td className={row.state === "open" ? "tone-red" : "quiet"}>{t(`days.stateWord.${stateOf(row)}`)}</td>;
}

interface SideProps {
  row: DifferenceRow;
  value: string | null;
  fen: number | null;
}

/** One side of the field that differs, marked; an amount as money, as is what stands on one side alone. */
export function Value({ row, value, fen }: SideProps) {
  const isPair = row.bill_fen !== null && row.local_fen !== null;
  if (isPair && !isOfAmount(row)) return <span className="differs">{value ?? <Money fen={null} />}</span>;
  return (
    <span className={isPair ? "differs" : undefined}>
      <Money fen={fen} />
    </span>
  );
}

/** What else its field says of a row that stands on one side alone, as the time at which it was paid. */
export function Beside({ row, value, fen }: SideProps) {
  const isAlone = row.bill_fen === null || row.local_fen === null;
  return isAlone && fen !== null && value !== null && !isOfAmount(row) ? (
    <span className="quiet"> · {value}</span>
  ) : null;
}

function isOfAmount(row: DifferenceRow) {
  return row.field === "total_fee" || row.field === "refund_fee";
}

export function stateOf(row: DifferenceRow) {
  return DIFFERENCE_STATES.find((state) => state === row.state) ?? "open";
}
