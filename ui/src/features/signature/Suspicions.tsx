import { useTranslation } from "react-i18next";
import type { CauseView, DiagnosisView } from "../../ipc/model";
import { CauseSentence, FixLines } from "./CauseText";

type Warning = DiagnosisView["warnings"][number];
type SuspicionsProps = { diagnosis: DiagnosisView };

const TONE: Record<Warning["severity"], string> = {
  error: "chip chip-danger",
  warning: "chip chip-warning",
  hint: "chip",
};

/** What looks wrong without being proven: what is refused first, mere hints folded. */
export function Suspicions({ diagnosis }: SuspicionsProps) {
  const { t } = useTranslation();
  const { causes } = diagnosis;
  const proven = new Set(diagnosis.explanations[0]?.changes.map(({ cause, field }) => `${cause} ${field}`));
  const warnings = diagnosis.warnings.filter(({ cause, field }) => !proven.has(`${cause} ${field}`));
  const grave = warnings.filter((warning) => warning.severity !== "hint");
  const hints = warnings.filter((warning) => warning.severity === "hint");
  if (warnings.length === 0) return null;
  return (
    <section className="suspicions" data-testid="sig-suspicions">
      <h2>
        {t("signature.suspected")} <span className="quiet">{t("signature.suspectedNote")}</span>
      </h2>
      {grave.length > 0 && <Remarks warnings={grave} causes={causes} />}
      {hints.length > 0 && (
        <details className="more-lines" open={grave.length === 0 && diagnosis.verdict === "unexplained"}>
          <summary>{t("signature.hintsMore", { count: hints.length })}</summary>
          <Remarks warnings={hints} causes={causes} />
        </details>
      )}
    </section>
  );
}

function Remarks({ warnings, causes }: { warnings: Warning[]; causes: CauseView[] }) {
  return (
    <ul className="remarks">
      {warnings.map((warning) => (
        <Remark
          key={`${warning.rule} ${warning.field ?? ""} ${warning.detail}`}
          warning={warning}
          cause={causes.find((one) => one.id === warning.cause)}
        />
      ))}
    </ul>
  );
}

function Remark({ warning, cause }: { warning: Warning; cause: CauseView | undefined }) {
  const { t } = useTranslation();
  const line = (
    <>
      <span className={TONE[warning.severity]}>{t(`signature.severity.${warning.severity}`)}</span> {warning.detail}
      {cause && <span className="quiet"> {cause.id}</span>}
    </>
  );
  if (!cause) return <li className="remark">{line}</li>;
  return (
    <li className="remark" data-cause={cause.id}>
      <details>
        <summary>{line}</summary>
        <CauseSentence cause={cause} />
        <FixLines cause={cause} />
      </details>
    </li>
  );
}
