import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { CopyButton } from "../../components/CopyButton";
import { CopyText } from "../../components/CopyText";
import { EmptyView } from "../../components/EmptyView";
import { ErrorView } from "../../components/ErrorView";
import { Fact, Facts } from "../../components/Fact";
import { SkeletonRows } from "../../components/Skeleton";
import { VisibleText } from "../../components/VisibleText";
import { asFailure } from "../../ipc/failure";
import { simulatorExchangeQuery } from "../../ipc/queries";
import { contextOf } from "./exchange-text";
import { useOpenMessage } from "./use-open-message";

/** The exact bytes of one exchange, each message a click away from the workbench, the whole as a cURL command. */
export function ExchangeView({ id }: { id: number }) {
  const { t } = useTranslation();
  const exchange = useQuery(simulatorExchangeQuery(id));
  if (exchange.isPending) return <aside className="exchange">{<SkeletonRows rows={6} />}</aside>;
  if (exchange.isError) {
    const gone = asFailure(exchange.error).code === "not_found";
    return (
      <aside className="exchange">
        {gone ? (
          <EmptyView title={t("simulator.traffic.gone")} text={t("simulator.traffic.goneText")} />
        ) : (
          <ErrorView error={exchange.error} onRetry={() => void exchange.refetch()} />
        )}
      </aside>
    );
  }
  const { row, request, response, curl } = exchange.data;
  const received = row.direction === "received";
  return (
    <aside className="exchange" data-testid="sim-exchange">
      <div className="part-head">
        <span className={received ? "chip" : "chip chip-info"}>{t(`simulator.traffic.${row.direction}`)}</span>
        <CopyButton text={curl} label={t("simulator.traffic.copyCurl")} testId="sim-copy-curl" />
      </div>
      <Facts>
        {row.out_trade_no && (
          <Fact name={t("simulator.column.outTradeNo")}>
            <CopyText text={row.out_trade_no} />
          </Fact>
        )}
        {row.reason && <Fact name={t("simulator.traffic.reason")}>{row.reason}</Fact>}
      </Facts>
      <Message title={t("simulator.request")} text={request} context={contextOf(row)} />
      {/* What a merchant answers to a notice is never signed. */}
      <Message title={t("simulator.response")} text={response} context={received ? "answer" : null} />
    </aside>
  );
}

function Message({ title, text, context }: { title: string; text: string; context: string | null }) {
  const { t } = useTranslation();
  const openMessage = useOpenMessage();
  return (
    <section className="exchange-part">
      <header className="part-head">
        <h2>{title}</h2>
        <span className="part-actions">
          <CopyButton text={text} />
          {context !== null && text !== "" && (
            <Button size="small" onClick={() => openMessage(text, context)} data-testid="sim-open-signature">
              {t("simulator.openSignature")}
            </Button>
          )}
        </span>
      </header>
      {text === "" ? (
        <p className="quiet">{t("simulator.traffic.noBody")}</p>
      ) : (
        <pre className="mono raw-text">
          <VisibleText text={text} lines />
        </pre>
      )}
    </section>
  );
}
