import { useTranslation } from "react-i18next";
import { useStart } from "./use-settings";

/** What a merchant is called on screen: by its own name, and the built-in gateway's in the language of the window. */
export function useProfileLabel(): (name: string) => string {
  const { t } = useTranslation();
  const { profiles } = useStart();
  return (name) => (profiles.find((profile) => profile.name === name)?.builtin ? t("merchant.builtin") : name);
}
