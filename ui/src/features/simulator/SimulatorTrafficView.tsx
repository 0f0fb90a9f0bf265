import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "../../components/CopyButton";
import { CopyText } from "../../components/CopyText";
import { EmptyView } from "../../components/EmptyView";
import { ErrorView } from "../../components/ErrorView";
import { Fact, Facts } from "../../components/Fact";
import { SkeletonRows } from "../../components/Skeleton";
import { TimeText } from "../../components/TimeText";
import { useStart } from "../../components/use-settings";
import { VisibleText } from "../../components/VisibleText";
import type { SimulatorTraffic } from "../../ipc/model";
import { simulatorTrafficQuery } from "../../ipc/queries";
import { handOver } from "../signature/handover";
import { bodyOf, contextOf, orderOf, outcomeOf } from "./exchange-text";

const SHOWN = 200;

/** Requests and answers with their exact bytes, the newest first. */
export function SimulatorTrafficView() {
  const { t } = useTranslation();
  const traffic = useQuery(simulatorTrafficQuery(SHOWN));
  const [chosen, setChosen] = useState<number | null>(null);
  if (traffic.isPending) return <SkeletonRows rows={8} />;
  if (traffic.isError) return <ErrorView error={traffic.error} onRetry={() => void traffic.refetch()} />;
  if (traffic.data.length === 0) {
    return <EmptyView title={t("simulator.trafficEmpty")} text={t("simulator.trafficEmptyText")} />;
  }
  const exchange = traffic.data.find((one) => one.id === chosen);
  return (
    <div className="list-pane list-pane-split">
      <div className="table-scroll">
        <table className="list-table list-table-choose">
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
            {traffic.data.map((one) => (
              <TrafficLine key={one.id} exchange={one} chosen={one.id === chosen} onChoose={() => setChosen(one.id)} />
            ))}
          </tbody>
        </table>
      </div>
      {exchange ? (
        <Exchange exchange={exchange} />
      ) : (
        <p className="exchange exchange-none quiet">{t("simulator.pick")}</p>
      )}
    </div>
  );
}

type TrafficLineProps = { exchange: SimulatorTraffic; chosen: boolean; onChoose: () => void };

function TrafficLine({ exchange, chosen, onChoose }: TrafficLineProps) {
  return (
    <tr
      className={chosen ? "chosen" : undefined}
      aria-selected={chosen}
      onClick={onChoose}
      data-testid="sim-traffic-row"
      data-path={exchange.path}
    >
      <td>
        <TimeText at={exchange.at} />
      </td>
      <td>
        <button type="button" className="row-button mono" onClick={onChoose}>
          {exchange.path}
        </button>
      </td>
      <td className="mono">{orderOf(exchange) ?? "—"}</td>
      <td className="clip traffic-outcome" title={exchange.summary}>
        {outcomeOf(exchange)}
      </td>
      <td className="right figures">{exchange.status}</td>
      <td className="right figures">{formatTook(exchange.took_us)}</td>
    </tr>
  );
}

function formatTook(took_us: number): string {
  return took_us < 1000 ? `${took_us} µs` : `${(took_us / 1000).toFixed(1)} ms`;
}

function Exchange({ exchange }: { exchange: SimulatorTraffic }) {
  const { t } = useTranslation();
  const order = orderOf(exchange);
  return (
    <aside className="exchange" data-testid="sim-exchange">
      {order && (
        <Facts>
          <Fact name={t("simulator.column.outTradeNo")}>
            <CopyText text={order} />
          </Fact>
        </Facts>
      )}
      <Message title={t("simulator.request")} text={exchange.request} context={contextOf(exchange)} />
      <Message title={t("simulator.response")} text={exchange.response} context="answer" />
    </aside>
  );
}

function Message({ title, text, context }: { title: string; text: string; context: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { profiles } = useStart();
  const openSignature = () => {
    const builtin = profiles.find((profile) => profile.builtin)?.name;
    const draft = handOver({ mode: "verify", input: bodyOf(text), context, ...(builtin ? { profile: builtin } : {}) });
    void navigate({ to: "/signature", search: { draft } });
  };
  return (
    <section className="exchange-part">
      <header className="part-head">
        <h2>{title}</h2>
        <span className="part-actions">
          <CopyButton text={text} />
          <Button size="small" onClick={openSignature} data-testid="sim-open-signature">
            {t("simulator.openSignature")}
          </Button>
        </span>
      </header>
      <pre className="mono raw-text">
        <VisibleText text={text} lines />
      </pre>
    </section>
  );
}
