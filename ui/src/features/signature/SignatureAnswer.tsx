import { useTranslation } from "react-i18next";
import { CopyButton } from "../../components/CopyButton";
import { CopyText } from "../../components/CopyText";
import { ErrorView } from "../../components/ErrorView";
import { SkeletonRows } from "../../components/Skeleton";
import type { DiagnosisView, SignatureReport, SignatureRequest } from "../../ipc/model";
import { markDifferences } from "../../lib/differences";
import type { DeepSearch } from "./deep-search";
import { Explanations } from "./ExplanationView";
import { ClientCalls, ExcludedView, KeyProofView, SentDifferences } from "./Findings";
import { NextSteps } from "./NextSteps";
import type { Wanted } from "./reveal";
import { SignatureSteps } from "./SignatureSteps";
import { Suspicions } from "./Suspicions";
import { VerdictLine } from "./VerdictLine";
import { verdictOf } from "./verdict";

const SIGN_TYPE_SOURCES = ["chosen", "message", "profile", "length", "default"] as const;

type AnswerProps = {
  mode: SignatureRequest["mode"];
  report: SignatureReport | undefined;
  /** Why there are no steps although the message could be read. */
  reportError: unknown;
  diagnosis: DiagnosisView | undefined;
  stale: boolean;
  /** Whether the answer is still that of the text before. */
  searching: boolean;
  deep: DeepSearch;
  profile: string | null;
  onWant: (wanted: Wanted) => void;
};

/** The right half: whether it matches, why not, what to change; below that every step. */
export function SignatureAnswer(props: AnswerProps) {
  const { t } = useTranslation();
  const { mode, report, reportError, diagnosis, stale, searching, deep, profile, onWant } = props;
  return (
    <div className={stale ? "report report-stale" : "report"} aria-busy={stale}>
      <VerdictLine word={verdictOf(mode, report, diagnosis)} diagnosis={diagnosis} />
      {diagnosis && <KeyProofView diagnosis={diagnosis} />}
      {diagnosis && <Explanations diagnosis={diagnosis} />}
      <Signs mode={mode} report={report} diagnosis={diagnosis} />
      {diagnosis && (
        <>
          <SentDifferences diagnosis={diagnosis} />
          <ExcludedView diagnosis={diagnosis} />
          <Suspicions diagnosis={diagnosis} />
          <NextSteps diagnosis={diagnosis} ready={!searching} deep={deep} profile={profile} onWant={onWant} />
          <ClientCalls diagnosis={diagnosis} />
        </>
      )}
      {report ? (
        <details className="fold steps-fold" open data-testid="sig-steps">
          <summary>{t("signature.steps")}</summary>
          <SignatureSteps report={report} />
        </details>
      ) : reportError ? (
        <ErrorView error={reportError} compact />
      ) : (
        <SkeletonRows rows={6} />
      )}
    </div>
  );
}

type SignsProps = Pick<AnswerProps, "mode" | "report" | "diagnosis">;

function Signs({ mode, report, diagnosis }: SignsProps) {
  const { t } = useTranslation();
  const given = mode === "sign" ? null : (diagnosis?.given_sign ?? report?.given_sign ?? null);
  const expected = diagnosis?.expected_sign ?? report?.expected_sign ?? null;
  // Once the cause is known, which digits of the digest differ says nothing more.
  const marked = diagnosis?.verdict !== "explained";
  const signType = report?.sign_type ?? diagnosis?.sign_type;
  return (
    <dl className="signs">
      {given !== null && (
        <>
          <dt>{t("signature.given")}</dt>
          <dd>
            <Compared text={given} other={marked ? expected : null} testId="sig-given" />
          </dd>
        </>
      )}
      {expected !== null && (
        <>
          <dt>{t(given === null ? "signature.result" : "signature.expected")}</dt>
          <dd className="sign-line">
            <Compared text={expected} other={marked ? given : null} testId="sig-expected" />
            <CopyButton text={expected} />
          </dd>
        </>
      )}
      <dt>{t("signature.signType")}</dt>
      <dd>
        {signType}
        {report && (
          <span className="quiet">
            {" · "}
            <SignTypeSource from={report.sign_type_from} />
          </span>
        )}
      </dd>
      {report?.key && (
        <>
          <dt>{t("signature.keySource")}</dt>
          <dd className="figures">{t("signature.keyUsed", report.key)}</dd>
        </>
      )}
      {report?.key_warning && (
        <dd className="signs-warning" data-testid="sig-findings">
          {report.key_warning}
        </dd>
      )}
    </dl>
  );
}

function SignTypeSource({ from }: { from: string }) {
  const { t } = useTranslation();
  const known = SIGN_TYPE_SOURCES.find((source) => source === from);
  return known ? t(`signature.signTypeFrom.${known}`) : from;
}

function Compared({ text, other, testId }: { text: string; other: string | null; testId: string }) {
  if (other === null || other === text) return <CopyText text={text} testId={testId} />;
  let at = 0;
  return (
    <code className="mono compared" data-testid={testId}>
      {markDifferences(text, other).map((run) => {
        const key = at;
        at += run.text.length;
        return run.differs ? <mark key={key}>{run.text}</mark> : <span key={key}>{run.text}</span>;
      })}
    </code>
  );
}
