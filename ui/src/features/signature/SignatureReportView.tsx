import { useTranslation } from "react-i18next";
import { CopyButton } from "../../components/CopyButton";
import { CopyText } from "../../components/CopyText";
import type { SignatureReport, SignatureRequest } from "../../ipc/model";
import { markDifferences } from "../../lib/differences";
import { SignatureSteps } from "./SignatureSteps";
import { SignatureFindings, SignatureVerdict } from "./SignatureVerdict";

type ReportProps = { report: SignatureReport; request: SignatureRequest; stale: boolean };

const SIGN_TYPE_SOURCES = ["chosen", "message", "profile", "length", "default"] as const;

/** The right half: the verdict in one line, the two signs, then every step. */
export function SignatureReportView({ report, request, stale }: ReportProps) {
  return (
    <div className={stale ? "report report-stale" : "report"} aria-busy={stale}>
      <SignatureVerdict report={report} request={request} />
      <Signs report={report} mode={request.mode} />
      <SignatureFindings report={report} />
      <SignatureSteps report={report} />
    </div>
  );
}

function Signs({ report, mode }: { report: SignatureReport; mode: SignatureRequest["mode"] }) {
  const { t } = useTranslation();
  const { given_sign, expected_sign } = report;
  const expectedName = mode === "sign" || given_sign === null ? "signature.result" : "signature.expected";
  return (
    <dl className="signs">
      {mode === "verify" && given_sign !== null && (
        <>
          <dt>{t("signature.given")}</dt>
          <dd>
            <Compared text={given_sign} other={expected_sign} testId="sig-given" />
          </dd>
        </>
      )}
      {expected_sign !== null && (
        <>
          <dt>{t(expectedName)}</dt>
          <dd className="sign-line">
            <Compared text={expected_sign} other={mode === "verify" ? given_sign : null} testId="sig-expected" />
            <CopyButton text={expected_sign} />
          </dd>
        </>
      )}
      <dt>{t("signature.signType")}</dt>
      <dd>
        {report.sign_type}{" "}
        <span className="quiet">
          · <SignTypeSource from={report.sign_type_from} />
        </span>
      </dd>
      {report.key && (
        <>
          <dt>{t("signature.keySource")}</dt>
          <dd className="figures">{t("signature.keyUsed", report.key)}</dd>
        </>
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
