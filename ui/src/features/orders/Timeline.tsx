import { useNavigate } from "@tanstack/react-router";
import { Button } from "antd";
import i18next from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "../../components/CopyButton";
import { TimeText } from "../../components/TimeText";
import { VisibleText } from "../../components/VisibleText";
import type { ErrorMeaning, Observation, OrderDetail } from "../../ipc/model";
import { formatTime } from "../../lib/time";
import { handOver } from "../signature/handover";

/** Every piece of evidence, the newest first. */
export function Timeline({ detail }: { detail: OrderDetail }) {
  const { t } = useTranslation();
  if (detail.timeline.length === 0) return <p className="quiet">{t("order.timeline.empty")}</p>;
  const newestFirst = [...detail.timeline].sort((a, b) => b.seq - a.seq);
  return (
    <ol className="timeline" data-testid="timeline">
      {newestFirst.map((observation) => (
        <Step key={observation.seq} observation={observation} profile={detail.order.profile} />
      ))}
    </ol>
  );
}

/** What an error code means and what to do, in the language of the window. */
function wordsOf(meaning: ErrorMeaning): string {
  return i18next.language === "en" ? `${meaning.en}; ${meaning.action_en}` : `${meaning.zh}；${meaning.action_zh}`;
}

function Step({ observation, profile }: { observation: Observation; profile: string }) {
  const { t } = useTranslation();
  const { asked_at, received_at, verified, effect, err_code, err_code_des, return_msg } = observation;
  const answer = [err_code, err_code_des, return_msg && return_msg !== "OK" ? return_msg : null].filter(Boolean);
  return (
    <li className={`step step-${effect}`} data-testid="timeline-step" data-effect={effect}>
      <p className="step-head">
        <strong>{t(`order.timeline.source.${observation.source}`)}</strong>
        {observation.trade_state && <code className="mono">{observation.trade_state}</code>}
        <span className={verified ? "chip chip-good" : "chip chip-dashed"}>
          {t(verified ? "order.timeline.verified" : "order.timeline.unverified")}
        </span>
        {observation.outcome !== "confirmed" && (
          <span className="chip chip-dashed">{t(`order.timeline.outcome.${observation.outcome}`)}</span>
        )}
        <span className="step-time">
          <TimeText at={received_at} />
        </span>
      </p>
      <p className="step-effect">
        <span className={`effect effect-${effect}`}>{t(`order.timeline.effect.${effect}`)}</span>
        <span>{reasonOf(observation)}</span>
      </p>
      {answer.length > 0 && <p className="step-answer">{answer.join(" · ")}</p>}
      {observation.meaning && <p className="step-effect">{wordsOf(observation.meaning)}</p>}
      <p className="step-fine quiet figures">
        {asked_at !== null && `${t("order.timeline.asked", { time: formatTime(asked_at).slice(11) })} · `}
        {t("order.timeline.received", { time: formatTime(received_at).slice(11) })}
        {` · ${t(`order.signature.${observation.signature}`)}`}
      </p>
      {observation.raw && <Raw observation={observation} profile={profile} />}
    </li>
  );
}

/** The core's reason in words; one that this window does not know yet is shown as it came. */
function reasonOf({ reason }: Observation): string {
  const key = `order.reason.${reason}`;
  return i18next.exists(key) ? i18next.t(key as "order.reason.reported") : reason;
}

function Raw({ observation, profile }: { observation: Observation; profile: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [shown, setShown] = useState(false);
  const raw = observation.raw ?? "";
  const openSignature = () => {
    const { source, return_msg } = observation;
    const draft = handOver({
      mode: "verify",
      input: raw,
      profile,
      ...(source !== "import" && { context: source === "notice" ? "pay-notify" : "answer" }),
      ...(return_msg && return_msg !== "OK" && { returnMsg: return_msg }),
    });
    void navigate({ to: "/signature", search: { draft } });
  };
  return (
    <details className="raw" onToggle={(event) => setShown(event.currentTarget.open)}>
      <summary>{t("order.timeline.raw")}</summary>
      {shown && (
        <>
          <pre className="mono raw-text">
            <VisibleText text={raw} lines />
          </pre>
          <div className="raw-foot">
            <CopyButton text={raw} />
            <Button size="small" onClick={openSignature} data-testid="open-signature">
              {t("order.timeline.openSignature")}
            </Button>
            <code className="mono quiet raw-digest">
              {t("order.timeline.digest", { digest: observation.digest.slice(0, 16) })}
            </code>
          </div>
        </>
      )}
    </details>
  );
}
