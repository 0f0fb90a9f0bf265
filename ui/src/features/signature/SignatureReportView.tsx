import { CheckCircleFilled, CloseCircleFilled, QuestionCircleFilled } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { CopyButton } from "../../components/CopyButton";
import { CopyText } from "../../components/CopyText";
import type { SignatureReport, SignatureRequest } from "../../ipc/model";
import { countDifferences, markDifferences } from "../../lib/differences";
import { SignatureSteps } from "./SignatureSteps";

type ReportProps = { report: SignatureReport; mode: SignatureRequest["mode"]; stale: boolean };

const TONE: Record<SignatureReport["verdict"], "good" | "bad" | "open"> = {
  match: "good",
  signed: "good",
  mismatch: "bad",
  malformed_sign: "bad",
  missing_sign: "bad",
  no_key: "open",
};
const SIGN_TYPE_SOURCES = ["chosen", "message", "profile", "length", "default"] as const;

/** The right half: the verdict in one line, the two signs, then every step. */
export function SignatureReportView({ report, mode, stale }: ReportProps) {
  return (
    <div className={stale ? "report report-stale" : "report"} aria-busy={stale}>
      <Verdict report={report} />
      <Signs report={report} mode={mode} />
      <Findings report={report} />
      <SignatureSteps report={report} />
    </div>
  );
}

function Verdict({ report }: { report: SignatureReport }) {
  const { t } = useTranslation();
  const tone = TONE[report.verdict];
  const icon = { good: <CheckCircleFilled />, bad: <CloseCircleFilled />, open: <QuestionCircleFilled /> }[tone];
  const count = countDifferences(report.given_sign ?? "", report.expected_sign ?? "");
  return (
    <div className={`verdict verdict-${tone}`} data-testid="sig-verdict" data-verdict={report.verdict} role="status">
      {icon}
      <strong>{t(`signature.verdict.${report.verdict}`)}</strong>
      <span className="verdict-note">{t(`signature.verdictNote.${report.verdict}`, { count })}</span>
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

function Findings({ report }: { report: SignatureReport }) {
  const { t } = useTranslation();
  const { repairs, invisible, key_warning } = report;
  if (repairs.length === 0 && invisible.length === 0 && !key_warning) return null;
  return (
    <ul className="findings" data-testid="sig-findings">
      {key_warning && <li>{key_warning}</li>}
      {repairs.map((repair) => (
        <li key={repair}>
          {t("signature.repairs")}: {repair}
        </li>
      ))}
      {invisible.map((one) => (
        <li key={`${one.at} ${one.code}`}>
          {t("signature.invisible")}: {t("signature.invisibleAt", { at: one.at, code: one.code, name: one.name })}
        </li>
      ))}
    </ul>
  );
}
