import { BulbOutlined, LockOutlined, SearchOutlined } from "@ant-design/icons";
import { useNavigate } from "@tanstack/react-router";
import { Button, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { EnvironmentTag } from "../components/EnvironmentTag";
import { useProfileLabel } from "../components/use-profile-label";
import { useActiveProfile, useProfileSwitch, useSettings, useStart } from "../components/use-settings";
import { UnlockDialog } from "../features/start/UnlockDialog";
import { AlarmBell } from "./AlarmBell";
import { PollingStatus } from "./PollingStatus";

const ADD = "\u0000add";

/** Whose money, in which environment, and what the program is asking WeChat right now. */
export function TopBar({ onPalette }: { onPalette: () => void }) {
  const { t } = useTranslation();
  return (
    <header className="top-bar">
      <MerchantSwitch />
      <span className="top-gap" />
      <PollingStatus />
      <AlarmBell />
      <VaultStatus />
      <Button
        type="text"
        icon={<SearchOutlined />}
        onClick={onPalette}
        data-testid="open-palette"
        aria-label={t("palette.title")}
      >
        <kbd>Ctrl K</kbd>
      </Button>
      <QuickLook />
    </header>
  );
}

function MerchantSwitch() {
  const { t } = useTranslation();
  const { profiles } = useStart();
  const active = useActiveProfile();
  const use = useProfileSwitch();
  const label = useProfileLabel();
  const navigate = useNavigate();
  const choose = (name: string) => {
    if (name === ADD) void navigate({ to: "/settings", search: { add: true } });
    else use(name);
  };
  return (
    <>
      <Select
        className="merchant-switch"
        variant="borderless"
        popupMatchSelectWidth={280}
        aria-label={t("top.merchant")}
        data-testid="merchant-switch"
        placeholder={t("top.noMerchant")}
        value={active?.name ?? null}
        onChange={(name) => name !== null && choose(name)}
        options={[
          ...profiles.map((profile) => ({
            value: profile.name,
            label: label(profile.name),
            environment: profile.environment,
          })),
          { value: ADD, label: t("top.addMerchant"), environment: null },
        ]}
        optionRender={(option) => (
          <span className="merchant-option">
            <span>{option.data.label}</span>
            {option.data.environment && <EnvironmentTag environment={option.data.environment} />}
          </span>
        )}
      />
      {active && <EnvironmentTag environment={active.environment} testId="environment" />}
      {active && <span className="mono quiet top-mch">{active.mch_id}</span>}
    </>
  );
}

function VaultStatus() {
  const { t } = useTranslation();
  const { vault } = useStart();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  if (vault.state === "broken") {
    return (
      <Button
        danger
        icon={<LockOutlined />}
        onClick={() => void navigate({ to: "/settings" })}
        data-testid="top-vault-broken"
      >
        {t("top.vaultBroken")}
      </Button>
    );
  }
  if (vault.state !== "locked") return null;
  return (
    <>
      <Button danger icon={<LockOutlined />} onClick={() => setAsking(true)} data-testid="vault-locked">
        {t("top.vaultLocked")} · {t("top.unlock")}
      </Button>
      {asking && <UnlockDialog onClose={() => setAsking(false)} />}
    </>
  );
}

/** One click for the other language and the other shade. */
function QuickLook() {
  const { t } = useTranslation();
  const { settings, change } = useSettings();
  const otherLanguage = settings.language === "en" ? "zh-CN" : "en";
  const toggleTheme = () => change({ theme: document.documentElement.dataset.theme === "dark" ? "light" : "dark" });
  return (
    <>
      <Button
        type="text"
        data-testid="top-language"
        title={t("top.language")}
        onClick={() => change({ language: otherLanguage })}
      >
        {otherLanguage === "en" ? "EN" : "中"}
      </Button>
      <Button
        type="text"
        icon={<BulbOutlined />}
        data-testid="top-theme"
        title={t("palette.toggleTheme")}
        aria-label={t("palette.toggleTheme")}
        onClick={toggleTheme}
      />
    </>
  );
}
