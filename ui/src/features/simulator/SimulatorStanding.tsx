import { Button, Switch, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { CopyText } from "../../components/CopyText";
import { desk } from "../../ipc/client";
import type { SimulatorStatus } from "../../ipc/model";
import { useStandingChange } from "./use-simulator-act";

/** How the gateway stands: whether it runs, where, over TLS or not, and how much went through it. */
export function SimulatorStanding({ status }: { status: SimulatorStatus }) {
  const { t } = useTranslation();
  const change = useStandingChange();
  return (
    <div className="sim-status">
      <span
        className={status.running ? "power power-on" : "power"}
        data-testid="sim-power"
        data-running={status.running}
      >
        {t(status.running ? "simulator.running" : "simulator.stopped")}
      </span>
      {status.url && <CopyText text={status.url} testId="sim-url" />}
      {status.running && (
        <>
          <Tooltip title={t(status.tls ? "simulator.tls.on" : "simulator.tls.off")}>
            <span className="sim-tls">
              <Switch
                id="sim-tls"
                size="small"
                checked={status.tls !== null}
                loading={change.isPending}
                onChange={(on) => change.mutate(() => desk().simulatorTls(on))}
                data-testid="sim-tls"
              />
              <label htmlFor="sim-tls">TLS</label>
            </span>
          </Tooltip>
          <span className="quiet figures sim-figures" data-testid="sim-figures">
            {t("simulator.figures", {
              orders: status.orders,
              refunds: status.refunds,
              notices: status.notices_pending,
              requests: status.requests,
            })}
          </span>
          <Button
            loading={change.isPending}
            onClick={() => change.mutate(() => desk().simulatorStop())}
            data-testid="sim-stop"
          >
            {t("simulator.stop")}
          </Button>
        </>
      )}
    </div>
  );
}
