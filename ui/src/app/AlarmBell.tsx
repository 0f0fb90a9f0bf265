import { AlertOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Badge, Button, Popover } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { AlarmList } from "../components/AlarmList";
import { overviewQuery } from "../ipc/queries";

/** How many things need a person, on every screen; what they are, on a click. It never stands in the way. */
export function AlarmBell() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const { data } = useQuery(overviewQuery(1));
  const alarms = data?.alarms ?? [];
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      title={t("overview.alarms")}
      open={open}
      onOpenChange={setOpen}
      content={
        <div className="alarm-bell" data-testid="alarm-bell-list">
          <AlarmList alarms={alarms} onLeave={() => setOpen(false)} />
        </div>
      }
    >
      <Badge count={alarms.length} size="small" offset={[-6, 6]}>
        <Button
          type="text"
          icon={<AlertOutlined />}
          aria-label={t("top.alarms", { count: alarms.length })}
          title={t("top.alarms", { count: alarms.length })}
          data-testid="alarm-bell"
          data-count={alarms.length}
        />
      </Badge>
    </Popover>
  );
}
