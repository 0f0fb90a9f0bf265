import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "../../components/CopyButton";
import { CopyText } from "../../components/CopyText";
import { EnvironmentTag } from "../../components/EnvironmentTag";
import { ErrorView } from "../../components/ErrorView";
import { Fact, Facts } from "../../components/Fact";
import { Money } from "../../components/Money";
import { ProfileName } from "../../components/ProfileName";
import { SkeletonRows } from "../../components/Skeleton";
import { StateSign } from "../../components/StateSign";
import { TimeText } from "../../components/TimeText";
import { useProfileLabel } from "../../components/use-profile-label";
import type { LookupAnswer } from "../../ipc/model";
import { orderDetailQuery } from "../../ipc/queries";
import { Timeline } from "../orders/Timeline";
import { RefundSign } from "../refunds/RefundSign";
import { answerAsText, inWords } from "./lookup-text";
import { VerdictChip } from "./VerdictChip";

/** The sentence to read out, what stands behind it, and whether it can still change. */
export function LookupAnswerView({ answer }: { answer: LookupAnswer }) {
  const { t, i18n } = useTranslation();
  const say = (told: LookupAnswer["sentence"]) => inWords(told, i18n.language);
  const merchantOf = useProfileLabel();
  const { order } = answer;
  const told = new Set([answer.number, ...answer.also]);
  return (
    <article className="lookup-one" data-testid="lookup-answer" data-verdict={answer.verdict}>
      <header className="lookup-one-head">
        {order ? <StateSign order={order} brief /> : <VerdictChip verdict={answer.verdict} />}
        {answer.environment && <EnvironmentTag environment={answer.environment} />}
        {answer.is_final !== null && (
          <span className={answer.is_final ? "chip chip-good" : "chip chip-warning"} data-testid="lookup-final">
            {t(answer.is_final ? "lookup.isFinal" : "lookup.notFinal")}
          </span>
        )}
      </header>
      <p className="lookup-sentence" data-testid="lookup-sentence">
        {say(answer.sentence)}
      </p>
      <div className="lookup-copies">
        <CopyButton text={say(answer.sentence)} label={t("lookup.copySentence")} testId="lookup-copy-sentence" />
        <CopyButton
          text={answerAsText(t, i18n.language, answer, merchantOf)}
          label={t("lookup.copyAll")}
          testId="lookup-copy-all"
        />
        {order && (
          <Link
            to="/orders"
            search={{ q: order.out_trade_no, merchant: "*", open: order.out_trade_no, of: order.profile }}
            data-testid="lookup-open-order"
          >
            {t("lookup.openOrder")}
          </Link>
        )}
      </div>
      <Facts>
        {answer.finality && <Fact name={t("lookup.finality")}>{say(answer.finality)}</Fact>}
        <Fact name={t("lookup.next")}>{say(answer.next)}</Fact>
        {answer.code && <Fact name={t("lookup.code")}>{say(answer.code)}</Fact>}
        <Fact name={t(`lookup.kind.${answer.kind}`)}>
          <CopyText text={answer.number} />
          {answer.repaired && <span className="quiet"> {t("lookup.repaired")}</span>}
        </Fact>
        {answer.also.map((number) => (
          <Fact key={number} name={t("lookup.also")}>
            <CopyText text={number} />
          </Fact>
        ))}
        {answer.date && (
          <Fact name={t("lookup.date")}>
            {answer.date}{" "}
            <Link to="/days" search={{ date: answer.date }} data-testid="lookup-open-day">
              {t("lookup.openDay")}
            </Link>
          </Fact>
        )}
        {answer.profile && (
          <Fact name={t("order.fact.merchant")}>
            <ProfileName name={answer.profile} />
          </Fact>
        )}
        {order && !told.has(order.out_trade_no) && (
          <Fact name={t("order.fact.outTradeNo")}>
            <CopyText text={order.out_trade_no} />
          </Fact>
        )}
        {order?.transaction_id && !told.has(order.transaction_id) && (
          <Fact name={t("order.fact.transactionId")}>
            <CopyText text={order.transaction_id} />
          </Fact>
        )}
      </Facts>
      <Reasons answer={answer} />
      <Refunds answer={answer} />
      <Steps answer={answer} />
      {order && <Evidence profile={order.profile} outTradeNo={order.out_trade_no} />}
    </article>
  );
}

function Reasons({ answer }: { answer: LookupAnswer }) {
  const { t, i18n } = useTranslation();
  if (answer.reasons.length === 0) return null;
  return (
    <section className="lookup-part">
      <h2>{t("lookup.reasons")}</h2>
      <ol className="lookup-reasons" data-testid="lookup-reasons">
        {answer.reasons.map((reason) => (
          <li key={reason.en}>{inWords(reason, i18n.language)}</li>
        ))}
      </ol>
    </section>
  );
}

function Refunds({ answer }: { answer: LookupAnswer }) {
  const { t, i18n } = useTranslation();
  if (answer.refunds.length === 0) return null;
  return (
    <section className="lookup-part">
      <h2>{t("lookup.refunds")}</h2>
      <ul className="lookup-refunds">
        {answer.refunds.map((refund) => (
          <li key={refund.out_refund_no} data-testid="lookup-refund">
            <RefundSign refund={refund} />
            <Money fen={refund.refund_fee} />
            <Link to="/refunds" search={{ q: refund.out_refund_no }} className="mono">
              {refund.out_refund_no}
            </Link>
            <span>
              {refund.recv_account && `${refund.recv_account} · `}
              {i18n.language === "en" ? refund.arrival_en : refund.arrival_zh}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Steps({ answer }: { answer: LookupAnswer }) {
  const { t, i18n } = useTranslation();
  if (answer.timeline.length === 0) return null;
  return (
    <section className="lookup-part">
      <h2>{t("order.timeline.title")}</h2>
      <ol className="timeline" data-testid="lookup-timeline">
        {answer.timeline.map((step) => (
          <li
            key={`${step.at} ${step.source} ${step.what.en}`}
            className={step.verified ? "step step-applied" : "step step-refused"}
            data-testid="lookup-step"
            data-source={step.source}
          >
            <p className="step-head">
              <span>{inWords(step.what, i18n.language)}</span>
              <span className={step.verified ? "chip" : "chip chip-dashed"}>{t(`lookup.source.${step.source}`)}</span>
              <span className="step-time">
                <TimeText at={step.at} />
              </span>
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The messages as they came, read only once somebody wants to see them. */
function Evidence({ profile, outTradeNo }: { profile: string; outTradeNo: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const detail = useQuery({ ...orderDetailQuery(profile, outTradeNo), enabled: open });
  return (
    <details className="lookup-part raw" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary data-testid="lookup-evidence">{t("lookup.evidence")}</summary>
      {open && detail.isPending && <SkeletonRows rows={3} />}
      {open && detail.isError && <ErrorView error={detail.error} onRetry={() => void detail.refetch()} compact />}
      {open && detail.data && <Timeline detail={detail.data} />}
    </details>
  );
}
