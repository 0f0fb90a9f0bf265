import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyText } from "../../components/CopyText";
import { EmptyView } from "../../components/EmptyView";
import { EnglishDetail } from "../../components/EnglishDetail";
import { ErrorView } from "../../components/ErrorView";
import { PayCode, PayParams } from "../../components/PayCode";
import { SkeletonRows } from "../../components/Skeleton";
import { StateSign } from "../../components/StateSign";
import type { OrderResult, TestOrdersResult } from "../../ipc/model";
import { orderDetailQuery } from "../../ipc/queries";
import { formatSeconds } from "../../lib/time";
import { type Stopped, stoppedOf } from "./stopped";
import type { TestOrdersJob } from "./use-test-orders";

/** What came of it: progress while it runs, then the orders and how to pay one of them. */
export function TestOrdersOutcome({ job }: { job: TestOrdersJob }) {
  const { t } = useTranslation();
  const { result, error, running, draft } = job;
  return (
    <section className="test-outcome" aria-label={t("test.result")}>
      <h2>{t("test.result")}</h2>
      {running && <ProgressBar job={job} />}
      {!running && error && <ErrorView error={error} onRetry={draft && (() => job.start(draft))} />}
      {!running && result && draft && (
        <Result
          key={result.orders[0]?.out_trade_no}
          result={result}
          profile={draft.profile}
          stopped={stoppedOf(result, draft.count)}
        />
      )}
      {!running && !error && !result && <EmptyView title={t("test.resultEmpty")} text={t("test.resultEmptyText")} />}
    </section>
  );
}

function ProgressBar({ job }: { job: TestOrdersJob }) {
  const { t, i18n } = useTranslation();
  const { progress } = job;
  const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 0 });
  const total = progress?.total ?? job.draft?.count ?? 1;
  const done = progress?.done ?? 0;
  return (
    <div className="progress" data-testid="test-progress">
      <progress max={total} value={done} aria-label={t("test.result")} />
      <div className="progress-line">
        <span className="figures">
          {t("test.progress", {
            done: number.format(done),
            total: number.format(total),
            rate: number.format(progress?.rate_per_s ?? 0),
            rest: progress?.rest_s == null ? "—" : formatSeconds(progress.rest_s),
          })}
        </span>
        <Button size="small" disabled={!progress || job.cancelling} onClick={job.cancel} data-testid="test-cancel">
          {t(job.cancelling ? "test.cancelling" : "test.cancel")}
        </Button>
      </div>
    </div>
  );
}

type ResultProps = { result: TestOrdersResult; profile: string; stopped: Stopped | null };

function Result({ result, profile, stopped }: ResultProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [chosen, setChosen] = useState(result.orders[0]?.out_trade_no ?? null);
  const all = result.created + result.reused + result.rejected + result.unknown;
  return (
    <div className="result" data-testid="test-result">
      <div className="result-head">
        <p className="figures" data-testid="test-summary" data-created={result.created}>
          {t("test.resultSummary", result)}
        </p>
        <Button size="small" onClick={() => void navigate({ to: "/orders" })} data-testid="test-open-orders">
          {t("test.openOrders")}
        </Button>
      </div>
      {stopped && <StoppedEarly stopped={stopped} />}
      {result.cancelled && <p className="quiet">{t("test.resultCancelled")}</p>}
      {result.unknown > 0 && <p className="doing doing-doubtful">{t("test.resultUnknown")}</p>}
      {all > result.orders.length && <p className="quiet">{t("test.resultFirst", { count: result.orders.length })}</p>}
      {chosen !== null && <Paying profile={profile} outTradeNo={chosen} />}
      <ul className="result-list">
        {result.orders.map((order) => (
          <ResultRow
            key={order.out_trade_no}
            order={order}
            chosen={order.out_trade_no === chosen}
            onChoose={() => setChosen(order.out_trade_no)}
          />
        ))}
      </ul>
    </div>
  );
}

function StoppedEarly({ stopped }: { stopped: Stopped }) {
  const { t } = useTranslation();
  const { made, asked, why } = stopped;
  return (
    <div className="doing doing-doubtful" role="alert" data-testid="test-stopped">
      <p>{t("test.stopped", { made, asked, rest: asked - made })}</p>
      <EnglishDetail text={why} />
    </div>
  );
}

type ResultRowProps = { order: OrderResult; chosen: boolean; onChoose: () => void };

function ResultRow({ order, chosen, onChoose }: ResultRowProps) {
  const refusal = [order.err_code, order.err_code_des].filter(Boolean).join(" · ");
  const stated = {
    state: order.state,
    claimed_state: null,
    flags: order.outcome === "unknown" ? ["unknown" as const] : [],
  };
  return (
    <li className={chosen ? "result-row result-row-chosen" : "result-row"}>
      <button
        type="button"
        className="result-choose"
        onClick={onChoose}
        aria-pressed={chosen}
        data-testid="test-result-row"
      >
        <StateSign order={stated} />
        {refusal && <span className="result-refusal">{refusal}</span>}
      </button>
      <CopyText text={order.out_trade_no} />
    </li>
  );
}

function Paying({ profile, outTradeNo }: { profile: string; outTradeNo: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const detail = useQuery(orderDetailQuery(profile, outTradeNo));
  if (detail.isPending) return <SkeletonRows rows={4} />;
  if (detail.isError) return <ErrorView error={detail.error} onRetry={() => void detail.refetch()} />;
  const { order, pay_params } = detail.data;
  return (
    <div className="paying">
      <div className="result-head">
        <StateSign order={order} />
        <Button
          size="small"
          onClick={() => void navigate({ to: "/orders", search: { open: outTradeNo, of: profile } })}
          data-testid="test-open-order"
        >
          {t("test.openOrder")}
        </Button>
      </div>
      {order.code_url && <PayCode codeUrl={order.code_url} />}
      {order.mweb_url && <CopyText text={order.mweb_url} />}
      {pay_params && pay_params.length > 0 && <PayParams params={pay_params} />}
    </div>
  );
}
