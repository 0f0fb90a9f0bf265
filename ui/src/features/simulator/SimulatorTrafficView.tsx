import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyView } from "../../components/EmptyView";
import { ErrorView } from "../../components/ErrorView";
import { SearchBox } from "../../components/SearchBox";
import { SkeletonRows } from "../../components/Skeleton";
import { TimeText } from "../../components/TimeText";
import type { SimulatorTrafficRow } from "../../ipc/model";
import { simulatorTrafficQuery } from "../../ipc/queries";
import { ExchangeView } from "./ExchangeView";
import { useListSearch } from "./use-list-search";

const SHOWN = 200;

/** Requests and answers with their exact bytes, the newest first. */
export function SimulatorTrafficView() {
  const { t } = useTranslation();
  const { typed, search, type } = useListSearch();
  const [endpoint, setEndpoint] = useState<string | null>(null);
  const [outcome, setOutcome] = useState<string | null>(null);
  const [chosen, setChosen] = useState<number | null>(null);
  const traffic = useQuery({
    ...simulatorTrafficQuery({ search, endpoint, outcome }, SHOWN),
    placeholderData: keepPreviousData,
  });
  if (traffic.isPending) return <SkeletonRows rows={8} />;
  if (traffic.isError) return <ErrorView error={traffic.error} onRetry={() => void traffic.refetch()} />;
  const { rows, kept, found, endpoints, outcomes } = traffic.data;
  if (kept === 0) return <EmptyView title={t("simulator.traffic.empty")} text={t("simulator.traffic.emptyText")} />;
  return (
    <div className="list-pane">
      <div className="list-head">
        <SearchBox label={t("simulator.traffic.search")} testId="sim-traffic-search" value={typed} onChange={type} />
        <Choice
          label={t("simulator.column.path")}
          testId="sim-traffic-endpoint"
          value={endpoint}
          offered={endpoints}
          onChange={setEndpoint}
        />
        <Choice
          label={t("simulator.column.summary")}
          testId="sim-traffic-outcome"
          value={outcome}
          offered={outcomes}
          onChange={setOutcome}
        />
        <span className="quiet figures">
          {t("simulator.traffic.shown", { shown: Math.min(found, SHOWN), found, kept })}
        </span>
      </div>
      {rows.length === 0 ? (
        <EmptyView title={t("simulator.noneFound")} text={t("simulator.traffic.noneText")} />
      ) : (
        <div className="list-pane list-pane-split list-pane-inner">
          <TrafficTable rows={rows} chosen={chosen} onChoose={setChosen} />
          {chosen === null ? (
            <p className="exchange exchange-none quiet">{t("simulator.traffic.pick")}</p>
          ) : (
            <ExchangeView key={chosen} id={chosen} />
          )}
        </div>
      )}
    </div>
  );
}

type ChoiceProps = {
  label: string;
  testId: string;
  value: string | null;
  offered: string[];
  onChange: (value: string | null) => void;
};

function Choice({ label, testId, value, offered, onChange }: ChoiceProps) {
  return (
    <Select
      className="traffic-choice"
      allowClear
      popupMatchSelectWidth={false}
      placeholder={label}
      aria-label={label}
      value={value}
      options={offered.map((one) => ({ value: one, label: one }))}
      onChange={(next: string | undefined) => onChange(next ?? null)}
      data-testid={testId}
    />
  );
}

type TrafficTableProps = { rows: SimulatorTrafficRow[]; chosen: number | null; onChoose: (id: number) => void };

function TrafficTable({ rows, chosen, onChoose }: TrafficTableProps) {
  const { t } = useTranslation();
  return (
    <div className="table-scroll">
      <table className="list-table" aria-label={t("simulator.tab.traffic")}>
        <thead>
          <tr>
            <th>{t("simulator.column.at")}</th>
            <th>{t("simulator.column.path")}</th>
            <th>{t("simulator.column.outTradeNo")}</th>
            <th>{t("simulator.column.summary")}</th>
            <th className="right">{t("simulator.column.status")}</th>
            <th className="right">{t("simulator.column.took")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((one) => (
            <TrafficLine key={one.id} exchange={one} chosen={one.id === chosen} onChoose={() => onChoose(one.id)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

type TrafficLineProps = { exchange: SimulatorTrafficRow; chosen: boolean; onChoose: () => void };

function TrafficLine({ exchange, chosen, onChoose }: TrafficLineProps) {
  const { t } = useTranslation();
  const { at, direction, path, out_trade_no, outcome, reason, status, took_us } = exchange;
  return (
    <tr
      className={chosen ? "chosen choosable" : "choosable"}
      aria-selected={chosen}
      onClick={onChoose}
      data-testid="sim-traffic-row"
      data-path={path}
    >
      <td>
        <TimeText at={at} />
      </td>
      <td className="clip">
        <button type="button" className="row-button mono" onClick={onChoose} title={path}>
          <span className="quiet" title={t(`simulator.traffic.${direction}`)}>
            {direction === "received" ? "→ " : "← "}
          </span>
          {path}
        </button>
      </td>
      <td className="mono">{out_trade_no ?? "—"}</td>
      <td className="clip traffic-outcome" title={reason ? `${outcome} (${reason})` : outcome}>
        {outcome}
      </td>
      <td className="right figures">{status === 0 ? "—" : status}</td>
      <td className="right figures">{formatTook(took_us)}</td>
    </tr>
  );
}

function formatTook(took_us: number): string {
  return took_us < 1000 ? `${took_us} µs` : `${(took_us / 1000).toFixed(1)} ms`;
}
