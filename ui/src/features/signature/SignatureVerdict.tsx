import { CheckCircleFilled, CloseCircleFilled, QuestionCircleFilled } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { SignatureReport, SignatureRequest } from "../../ipc/model";
import { signatureQuery } from "../../ipc/queries";
import { type Cause, causesOf, withoutCauses } from "./causes";

const TONE: Record<SignatureReport["verdict"], "good" | "bad" | "open"> = {
  match: "good",
  signed: "good",
  mismatch: "bad",
  malformed_sign: "bad",
  missing_sign: "bad",
  no_key: "open",
};
const ICON = { good: <CheckCircleFilled />, bad: <CloseCircleFilled />, open: <QuestionCircleFilled /> };

type VerdictProps = { report: SignatureReport; request: SignatureRequest };

/** The answer in one line. Where something invisible stands in a field, the line begins with that and not with the digest. */
export function SignatureVerdict({ report, request }: VerdictProps) {
  const { t } = useTranslation();
  const { verdict, sign_type } = report;
  const causes = verdict === "mismatch" ? causesOf(report) : [];
  const proven = useProof(report, request, causes);
  const tone = TONE[verdict];
  const [first] = causes;
  return (
    <div className={`verdict verdict-${tone}`} data-testid="sig-verdict" data-verdict={verdict} role="status">
      {ICON[tone]}
      <strong>
        {first ? t("signature.mismatchBecause", { cause: causeText(t, first) }) : t(`signature.verdict.${verdict}`)}
      </strong>
      <span className="verdict-note">
        {first ? proofText(t, proven, causes.length, sign_type) : t(`signature.verdictNote.${verdict}`, { sign_type })}
      </span>
    </div>
  );
}

/** Whether the sign is right once the invisible characters are gone; undefined while or where that cannot be told. */
function useProof(report: SignatureReport, request: SignatureRequest, causes: Cause[]): boolean | undefined {
  const cleaned = causes.length > 0 ? withoutCauses(report, causes) : null;
  const { data } = useQuery({
    ...signatureQuery({ ...request, input: cleaned ?? "", format: "json", sign_type: report.sign_type }),
    enabled: cleaned !== null,
    retry: false,
  });
  return data?.valid ?? undefined;
}

function proofText(t: TFunction, proven: boolean | undefined, count: number, sign_type: string): string {
  const others = count > 1 ? ` ${t("signature.moreCauses", { count: count - 1 })}` : "";
  if (proven === true) return t("signature.proof.removed") + others;
  if (proven === false) return t("signature.proof.stillDiffers", { sign_type }) + others;
  return t("signature.proof.untried") + others;
}

/** `body 的值末尾有 1 个空格`. */
function causeText(t: TFunction, { place, field, code, name, count, at }: Cause): string {
  const called = code === "U+0020" ? t("signature.space") : name;
  return t(`signature.cause.${place}`, { field, count, name: called, at });
}

type FindingsProps = { report: SignatureReport };

/** What else was noticed: repairs, the key, and the invisible characters that the verdict has not named already. */
export function SignatureFindings({ report }: FindingsProps) {
  const { t } = useTranslation();
  const { repairs, key_warning, verdict } = report;
  const causes = causesOf(report).slice(verdict === "mismatch" ? 1 : 0);
  if (repairs.length === 0 && causes.length === 0 && !key_warning) return null;
  return (
    <ul className="findings" data-testid="sig-findings">
      {key_warning && <li>{key_warning}</li>}
      {repairs.map((repair) => (
        <li key={repair}>
          {t("signature.repairs")}: {repair}
        </li>
      ))}
      {causes.map((cause) => (
        <li key={`${cause.at} ${cause.code}`}>
          {causeText(t, cause)}{" "}
          <span className="quiet figures">
            {cause.code} · {t("signature.offset", { at: cause.at })}
          </span>
        </li>
      ))}
    </ul>
  );
}
