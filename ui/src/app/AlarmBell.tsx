import { AlertOutlined } from "@ant-design/icons";
import { Badge, Button, Popover } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { AlarmList } from "../components/AlarmList";
import { useAlarms } from "../components/use-alarms";
import { desk } from "../ipc/client";

/** How many things need a person and nobody has seen yet, on every screen; what they are, on a click. It never stands in the way. */
export function AlarmBell() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const { count, unseen, see } = useAlarms();
  useTrayWish(setOpen);
  useSeeKey(unseen > 0 ? see : null);
  const title = t("top.alarms", { count, unseen });
  return (
    <Popover
      trigger="click"
      destroyOnHidden
      placement="bottomRight"
      title={
        <div className="alarm-head">
          {t("overview.alarms")}
          {unseen > 0 && (
            <Button size="small" type="text" onClick={see} data-testid="alarms-see">
              {t("overview.alarmsSee")} <kbd>Ctrl ⇧ S</kbd>
            </Button>
          )}
        </div>
      }
      open={open}
      onOpenChange={setOpen}
      content={
        <div className="alarm-bell" data-testid="alarm-bell-list">
          <AlarmList onLeave={() => setOpen(false)} />
        </div>
      }
    >
      <Badge count={unseen} size="small" offset={[-6, 6]}>
        <Button
          type="text"
          icon={<AlertOutlined />}
          aria-label={title}
          title={title}
          data-testid="alarm-bell"
          data-count={count}
          data-unseen={unseen}
        />
      </Badge>
    </Popover>
  );
}

/** Opens the list where a person asked for it in the tray. */
function useTrayWish(setOpen: (open: boolean) => void): void {
  useEffect(() => {
    const listening = desk().onAlarmsWanted(() => setOpen(true));
    return () => void listening.then((stop) => stop());
  }, [setOpen]);
}

/** Ctrl/Cmd-Shift-S marks everything as seen, wherever one is. */
function useSeeKey(see: (() => void) | null): void {
  useEffect(() => {
    if (!see) return;
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || !event.shiftKey || event.key.toLowerCase() !== "s") return;
      event.preventDefault();
      see();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [see]);
}
