import { CheckCircleFilled, CloseCircleFilled, QuestionCircleFilled } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { CopyButton } from "../../components/CopyButton";
import { useProfileLabel } from "../../components/use-profile-label";
import type { DiagnosisView } from "../../ipc/model";
import { plainVerdict, type Tone, toneOf, type VerdictWord } from "./verdict";

const ICON: Record<Tone, React.JSX.Element> = {
  good: <CheckCircleFilled />,
  bad: <CloseCircleFilled />,
  open: <QuestionCircleFilled />,
};

type VerdictLineProps = { word: VerdictWord; diagnosis: DiagnosisView | undefined };

/** The answer in one line: whether it matches, and if not, the proven cause with its id. */
export function VerdictLine({ word, diagnosis }: VerdictLineProps) {
  const { t, i18n } = useTranslation();
  const tone = toneOf(word);
  const best = diagnosis?.explanations[0];
  const tried = new Intl.NumberFormat(i18n.language).format(diagnosis?.excluded.tried ?? 0);
  const nameOf = useProfileLabel();
  const note = noteKey(word, best);
  return (
    <div
      className={`verdict verdict-${tone}`}
      data-testid="sig-verdict"
      data-verdict={plainVerdict(word)}
      data-outcome={diagnosis?.verdict ?? "pending"}
      role="status"
    >
      <p className="verdict-line">
        {ICON[tone]} <strong>{t(`signature.verdict.${word}`, { cause: causeOf(best, i18n.language) })}</strong>
      </p>
      {diagnosis && (
        <CopyButton text={diagnosis.redacted_report} label={t("signature.copyReport")} testId="sig-copy-report" />
      )}
      <p className="verdict-note">{t(`signature.verdictNote.${note}`, { tried, key: nameOf(best?.key ?? "") })}</p>
    </div>
  );
}

function noteKey(word: VerdictWord, best: DiagnosisView["explanations"][number] | undefined) {
  if (word !== "explained" || !best) return word;
  if (best.proof === "copy") return "explainedCopy";
  return best.key ? "explainedKey" : "explained";
}

/** `签名时把空值 attach 也拼进去了（A1）`. */
function causeOf(best: DiagnosisView["explanations"][number] | undefined, language: string): string {
  const english = language === "en";
  return (best?.changes ?? [])
    .map(({ cause, detail }) => (english ? `${detail} (${cause})` : `${detail}（${cause}）`))
    .join(english ? "; " : "；");
}
