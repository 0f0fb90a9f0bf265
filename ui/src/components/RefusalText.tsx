import { useTranslation } from "react-i18next";
import type { Refusal } from "../ipc/model";

/** Why something is refused, in the language of the window. */
export function RefusalText({ refusal }: { refusal: Refusal }) {
  const { i18n } = useTranslation();
  return (
    <span data-testid="refusal" data-code={refusal.code}>
      {i18n.language === "en" ? refusal.reason_en : refusal.reason_zh}
    </span>
  );
}
