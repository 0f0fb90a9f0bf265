import { useTranslation } from "react-i18next";
import type { CauseView, DiagnosisView, Explanation } from "../../ipc/model";
import { BesideView } from "./BesideView";
import { CauseSentence, FixLines } from "./CauseText";

type ExplanationsProps = { diagnosis: DiagnosisView };

/** The best proven explanation in full, the others in one line each. */
export function Explanations({ diagnosis }: ExplanationsProps) {
  const { t } = useTranslation();
  const [best, ...others] = diagnosis.explanations;
  if (!best) return null;
  const causes = causesOf(best, diagnosis.causes);
  const differs = best.aligned.some((stretch) => !stretch.same);
  return (
    <section className="explanation" data-testid="sig-explanation" data-causes={best.causes.join(" ")}>
      {differs ? (
        <BesideView
          aligned={best.aligned}
          left={t("signature.youSigned")}
          right={t("signature.shouldSign")}
          testId="sig-beside"
        />
      ) : (
        <p className="quiet">{t("signature.sameString")}</p>
      )}
      {causes.map((cause) => (
        <CauseSentence key={cause.id} cause={cause} />
      ))}
      {causes.map((cause) => (
        <FixLines key={cause.id} cause={cause} />
      ))}
      {best.alternatives.length > 0 && (
        <div className="twins">
          <p className="quiet">{t("signature.twins")}</p>
          <ChangeList ways={best.alternatives} />
        </div>
      )}
      {others.length > 0 && (
        <details className="more-lines">
          <summary>{t("signature.otherWays", { count: others.length })}</summary>
          <ChangeList ways={others.map((one) => one.changes)} />
        </details>
      )}
    </section>
  );
}

/** The causes that were really done, each once; twins are told apart below. */
function causesOf(best: Explanation, known: CauseView[]): CauseView[] {
  const ids = new Set(best.changes.map((change) => change.cause));
  return [...ids].flatMap((id) => known.filter((cause) => cause.id === id));
}

function ChangeList({ ways }: { ways: Explanation["alternatives"] }) {
  const { i18n } = useTranslation();
  const joint = i18n.language === "en" ? "; " : "；";
  return (
    <ul className="ways">
      {ways.map((changes) => {
        const text = changes.map(({ cause, detail }) => `${cause} ${detail}`).join(joint);
        return <li key={text}>{text}</li>;
      })}
    </ul>
  );
}
