import { useNavigate } from "@tanstack/react-router";
import { Input, Modal } from "antd";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAlarms } from "../components/use-alarms";
import { useProfileLabel } from "../components/use-profile-label";
import { useProfileSwitch, useSettings, useStart } from "../components/use-settings";
import { SCREENS } from "./screens";

type Command = { id: string; label: string; run: () => void };

/** Everything the window can do, by name. */
export function CommandPalette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const commands = useCommands(text.trim());
  const at = Math.min(chosen, Math.max(0, commands.length - 1));
  const run = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && commands.length > 0) {
      event.preventDefault();
      setChosen((at + step + commands.length) % commands.length);
    }
    if (event.key === "Enter" && !event.nativeEvent.isComposing) run(commands[at]);
  };
  return (
    <Modal open footer={null} closable={false} onCancel={onClose} width={560} style={{ top: 96 }} title={null}>
      <div className="palette" data-testid="palette">
        <Input
          autoFocus
          size="large"
          variant="borderless"
          placeholder={t("palette.placeholder")}
          aria-label={t("palette.title")}
          value={text}
          data-testid="palette-input"
          onChange={(event) => {
            setText(event.target.value);
            setChosen(0);
          }}
          onKeyDown={onKeyDown}
        />
        <div className="palette-list" role="listbox" aria-label={t("palette.title")}>
          {commands.length === 0 && <p className="quiet palette-empty">{t("palette.empty")}</p>}
          {commands.map((command, index) => (
            <button
              type="button"
              role="option"
              aria-selected={index === at}
              tabIndex={-1}
              key={command.id}
              className={index === at ? "palette-row palette-row-chosen" : "palette-row"}
              onMouseMove={() => setChosen(index)}
              onClick={() => run(command)}
              data-testid={`palette-${command.id}`}
            >
              {command.label}
            </button>
          ))}
        </div>
        <p className="palette-hint quiet">{t("palette.hint")}</p>
      </div>
    </Modal>
  );
}

function useCommands(text: string): Command[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { profiles, active_profile } = useStart();
  const { settings, change } = useSettings();
  const switchProfile = useProfileSwitch();
  const nameOf = useProfileLabel();
  const alarms = useAlarms();
  const all: Command[] = [
    ...SCREENS.map((screen) => ({
      id: `go-${screen.name}`,
      label: t("palette.go", { screen: t(`nav.${screen.name}`) }),
      run: () => void navigate({ to: screen.to }),
    })),
    { id: "new-test", label: t("palette.newTest"), run: () => void navigate({ to: "/test-orders" }) },
    {
      id: "theme",
      label: t("palette.toggleTheme"),
      run: () => void change({ theme: document.documentElement.dataset.theme === "dark" ? "light" : "dark" }),
    },
    {
      id: "language",
      label: t("palette.toggleLanguage"),
      run: () => void change({ language: settings.language === "en" ? "zh-CN" : "en" }),
    },
    {
      id: "add-merchant",
      label: t("palette.addMerchant"),
      run: () => void navigate({ to: "/settings", search: { add: true } }),
    },
    ...(alarms.unseen > 0 ? [{ id: "see-alarms", label: t("palette.seeAlarms"), run: alarms.see }] : []),
    ...profiles
      .filter((profile) => profile.name !== active_profile)
      .map((profile) => ({
        id: `use-${profile.name}`,
        label: t("palette.useMerchant", {
          name: nameOf(profile.name),
          environment: t(`environment.${profile.environment}`),
        }),
        run: () => switchProfile(profile.name),
      })),
  ];
  if (!text) return all;
  const matching = all.filter((command) => command.label.toLowerCase().includes(text.toLowerCase()));
  const find: Command = {
    id: "find",
    label: t("palette.find", { text }),
    run: () => void navigate({ to: "/orders", search: { q: text, merchant: "*" } }),
  };
  const lookup: Command = {
    id: "lookup",
    label: t("palette.lookup", { text }),
    run: () => void navigate({ to: "/lookup", search: { q: text } }),
  };
  return /\d{4,}/.test(text) ? [find, lookup, ...matching] : [...matching, find, lookup];
}
