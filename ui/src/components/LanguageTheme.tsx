import { Segmented } from "antd";
import { useTranslation } from "react-i18next";
import type { Settings } from "../ipc/model";
import { useSettings } from "./use-settings";

const LANGUAGES: Settings["language"][] = ["zh-CN", "en"];
const THEMES: Settings["theme"][] = ["system", "light", "dark"];

/** The two languages, changed at once. */
export function LanguageChoice({ testId }: { testId: string }) {
  const { t } = useTranslation();
  const { settings, change } = useSettings();
  return (
    <Segmented
      data-testid={testId}
      aria-label={t("top.language")}
      value={settings.language}
      options={LANGUAGES.map((value) => ({ value, label: t(`language.${value}`) }))}
      onChange={(language) => change({ language })}
    />
  );
}

/** As the system, light or dark, changed at once. */
export function ThemeChoice({ testId }: { testId: string }) {
  const { t } = useTranslation();
  const { settings, change } = useSettings();
  return (
    <Segmented
      data-testid={testId}
      aria-label={t("top.theme")}
      value={settings.theme}
      options={THEMES.map((value) => ({ value, label: t(`theme.${value}`) }))}
      onChange={(theme) => change({ theme })}
    />
  );
}
