import { useTranslation } from "react-i18next";
import type { Refusal } from "../ipc/model";

/** Why something is refused, in the language of the window. */
export function RefusalText({ refusal }: { refusal: Refusal }) {
  const words = useRefusalWords();
  return (
    <span data-testid="refusal" data-code={refusal.code}>
      {words(refusal)}
    </span>
  );
}

/** The same where only text may stand. */
export function useRefusalWords(): (refusal: Refusal) => string {
  const { i18n } = useTranslation();
  return (refusal) => (i18n.language === "en" ? refusal.reason_en : refusal.reason_zh);
}
