import { useTranslation } from "react-i18next";
import { useLayoutPrefs } from "../../lib/prefs";
import { CLASSES } from "./days-search";

/** The classes that books call 长款 or 短款. */
const ONE_SIDED = ["bill_only", "local_only", "refund_bill_only", "refund_local_only"] as const;

/** The word of a class: neutral, or as the merchant's books see it. */
export function useClassWord(): (name: string) => string {
  const { t } = useTranslation();
  const own = useLayoutPrefs((prefs) => prefs.viewpoint === "own");
  return (name) => {
    const known = CLASSES.find((one) => one === name);
    if (!known) return name;
    const seen = own && ONE_SIDED.find((one) => one === known);
    if (seen) return t(`days.ownClass.${seen}`);
    return t(`days.classes.${known}`);
  };
}
