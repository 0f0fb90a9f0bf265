import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Button, Segmented } from "antd";
import { useTranslation } from "react-i18next";
import { CopyText } from "../../components/CopyText";
import { EmptyView } from "../../components/EmptyView";
import { ErrorView } from "../../components/ErrorView";
import { Page } from "../../components/Page";
import { SkeletonRows } from "../../components/Skeleton";
import { useReport } from "../../components/use-report";
import { desk } from "../../ipc/client";
import type { SimulatorStatus } from "../../ipc/model";
import { simulatorStatusQuery } from "../../ipc/queries";
import { SimulatorNotices } from "./SimulatorNotices";
import { SimulatorOrders } from "./SimulatorOrders";
import { SimulatorTrafficView } from "./SimulatorTrafficView";
import { SIMULATOR_TABS } from "./simulator-search";

const route = getRouteApi("/simulator");

/** The gateway on this machine: its orders, its notices, and every byte that passed. */
export function SimulatorScreen() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { tab = "orders" } = route.useSearch();
  const status = useQuery(simulatorStatusQuery());
  const power = useSimulatorPower();
  return (
    <Page
      title={t("simulator.title")}
      testId="screen-simulator"
      fill
      aside={status.data && <StatusLine status={status.data} power={power} />}
    >
      {status.isPending && <SkeletonRows />}
      {status.isError && <ErrorView error={status.error} onRetry={() => void status.refetch()} />}
      {status.data && !status.data.running && (
        <EmptyView
          testId="sim-stopped"
          title={t("simulator.stoppedTitle")}
          text={t("simulator.stoppedText")}
          action={
            <Button type="primary" loading={power.isPending} onClick={() => power.mutate(true)} data-testid="sim-start">
              {t("simulator.start")}
            </Button>
          }
        />
      )}
      {status.data?.running && (
        <>
          <Segmented
            className="tabs"
            data-testid="sim-tabs"
            value={tab}
            options={SIMULATOR_TABS.map((value) => ({
              value,
              label: <span data-testid={`sim-tab-${value}`}>{t(`simulator.tab.${value}`)}</span>,
            }))}
            onChange={(next) =>
              void navigate({ to: "/simulator", search: next === "orders" ? {} : { tab: next }, replace: true })
            }
          />
          {tab === "orders" && <SimulatorOrders />}
          {tab === "notices" && <SimulatorNotices />}
          {tab === "traffic" && <SimulatorTrafficView />}
        </>
      )}
    </Page>
  );
}

function useSimulatorPower() {
  const client = useQueryClient();
  const report = useReport();
  return useMutation({
    mutationFn: (on: boolean) => (on ? desk().simulatorStart() : desk().simulatorStop()),
    onSuccess: (status) => client.setQueryData(simulatorStatusQuery().queryKey, status),
    onError: report,
  });
}

type StatusLineProps = { status: SimulatorStatus; power: ReturnType<typeof useSimulatorPower> };

function StatusLine({ status, power }: StatusLineProps) {
  const { t } = useTranslation();
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
          <span className="quiet figures sim-figures">
            {t("simulator.figures", {
              orders: status.orders,
              notices: status.notices_pending,
              requests: status.requests,
              scale: status.time_scale,
            })}
          </span>
          <Button loading={power.isPending} onClick={() => power.mutate(false)} data-testid="sim-stop">
            {t("simulator.stop")}
          </Button>
        </>
      )}
    </div>
  );
}
