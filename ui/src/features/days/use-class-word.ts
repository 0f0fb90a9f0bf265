import { useTranslation } from "react-i18next";
import { useLayoutPrefs } from "../../lib/prefs";
import { CLASSES } from "./days-search";

/** The word of a class: neutral, or as the merchant's books see it. */
export function useClassWord(): (name: string) => string {
  const { t } = useTranslation();
  const own = useLayoutPrefs((prefs) => prefs.viewpoint === "own");
  return (name) => {
    const known = CLASSES.find((one) => one === name);
    if (!known) return name;
    if (own && (known === "bill_only" || known === "local_only")) return t(`days.ownClass.${known}`);
    return t(`days.classes.${known}`);
  };
}
