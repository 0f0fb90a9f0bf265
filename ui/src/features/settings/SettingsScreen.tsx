import { Switch } from "antd";
import { useTranslation } from "react-i18next";
import { CopyText } from "../../components/CopyText";
import { Fact, Facts } from "../../components/Fact";
import { LanguageChoice, ThemeChoice } from "../../components/LanguageTheme";
import { Page } from "../../components/Page";
import { useSettings, useStart } from "../../components/use-settings";
import { Merchants } from "./Merchants";
import { PollingSettings } from "./PollingSettings";
import { VaultSettings } from "./VaultSettings";

/** Merchants, vault, appearance, polling and where the data is, on one page. */
export function SettingsScreen() {
  const { t } = useTranslation();
  const { data_dir, version, tray } = useStart();
  const { settings, change } = useSettings();
  return (
    <Page title={t("settings.title")} testId="screen-settings">
      <div className="settings">
        <Merchants />
        <div className="settings-pair">
          <VaultSettings />
          <section className="settings-part">
            <h2>{t("settings.look")}</h2>
            <Facts>
              <Fact name={t("settings.language")}>
                <LanguageChoice testId="settings-language" />
              </Fact>
              <Fact name={t("settings.theme")}>
                <ThemeChoice testId="settings-theme" />
              </Fact>
              <Fact name={t("settings.notifyAlarms")}>
                <Switch
                  size="small"
                  checked={settings.notify_alarms}
                  onChange={(notify_alarms) => void change({ notify_alarms })}
                  aria-label={t("settings.notifyAlarms")}
                  data-testid="settings-notify-alarms"
                />
              </Fact>
            </Facts>
            {tray !== "shown" && (
              <p className="quiet" data-testid="settings-tray-missing" data-why={tray}>
                {t(`settings.trayMissing.${tray}`)}
              </p>
            )}
          </section>
        </div>
        <PollingSettings />
        <section className="settings-part">
          <h2>{t("settings.data")}</h2>
          <Facts>
            <Fact name={t("settings.dataDir")}>
              <CopyText text={data_dir} testId="settings-data-dir" />
            </Fact>
            <Fact name={t("settings.version")}>{version}</Fact>
          </Facts>
        </section>
      </div>
    </Page>
  );
}
