import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Button, Segmented } from "antd";
import { useTranslation } from "react-i18next";
import { EmptyView } from "../../components/EmptyView";
import { ErrorView } from "../../components/ErrorView";
import { Page } from "../../components/Page";
import { SkeletonRows } from "../../components/Skeleton";
import { desk } from "../../ipc/client";
import type { SimulatorStatus } from "../../ipc/model";
import { simulatorStatusQuery } from "../../ipc/queries";
import { ClockControls } from "./ClockControls";
import { SimulatorAccess } from "./SimulatorAccess";
import { SimulatorFaults } from "./SimulatorFaults";
import { SimulatorNotices } from "./SimulatorNotices";
import { SimulatorOrders } from "./SimulatorOrders";
import { SimulatorRefunds } from "./SimulatorRefunds";
import { SimulatorScenarios } from "./SimulatorScenarios";
import { SimulatorStanding } from "./SimulatorStanding";
import { SimulatorTrafficView } from "./SimulatorTrafficView";
import { SIMULATOR_TABS } from "./simulator-search";
import { useStandingChange } from "./use-simulator-act";

const route = getRouteApi("/simulator");

/** The gateway on this machine: its orders, its notices, what it does wrong on demand, and every byte that passed. */
export function SimulatorScreen() {
  const { t } = useTranslation();
  const status = useQuery(simulatorStatusQuery());
  const start = useStandingChange();
  return (
    <Page
      title={t("simulator.title")}
      testId="screen-simulator"
      fill
      aside={status.data && <SimulatorStanding status={status.data} />}
    >
      {status.isPending && <SkeletonRows />}
      {status.isError && <ErrorView error={status.error} onRetry={() => void status.refetch()} />}
      {status.data && !status.data.running && (
        <EmptyView
          testId="sim-stopped"
          title={t("simulator.stoppedTitle")}
          text={t("simulator.stoppedText")}
          action={
            <Button
              type="primary"
              loading={start.isPending}
              onClick={() => start.mutate(() => desk().simulatorStart())}
              data-testid="sim-start"
            >
              {t("simulator.start")}
            </Button>
          }
        />
      )}
      {status.data?.running && <Rooms status={status.data} />}
    </Page>
  );
}

function Rooms({ status }: { status: SimulatorStatus }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { tab = "orders" } = route.useSearch();
  const go = (next: (typeof SIMULATOR_TABS)[number]) =>
    void navigate({ to: "/simulator", search: next === "orders" ? {} : { tab: next }, replace: true });
  return (
    <>
      {status.faults > 0 && (
        <p className="fault-banner" role="status" data-testid="sim-fault-banner">
          <strong>{t("simulator.faults.banner", { count: status.faults })}</strong>
          <span>{t("simulator.faults.bannerText")}</span>
          {tab !== "faults" && (
            <Button size="small" onClick={() => go("faults")}>
              {t("simulator.faults.show")}
            </Button>
          )}
        </p>
      )}
      <div className="sim-bar">
        <Segmented
          className="tabs"
          data-testid="sim-tabs"
          value={tab}
          options={SIMULATOR_TABS.map((value) => ({
            value,
            label: <span data-testid={`sim-tab-${value}`}>{t(`simulator.tab.${value}`)}</span>,
          }))}
          onChange={go}
        />
        <ClockControls status={status} />
      </div>
      {tab === "orders" && <SimulatorOrders />}
      {tab === "refunds" && <SimulatorRefunds />}
      {tab === "notices" && <SimulatorNotices />}
      {tab === "traffic" && <SimulatorTrafficView />}
      {tab === "scenarios" && <SimulatorScenarios />}
      {tab === "faults" && <SimulatorFaults />}
      {tab === "access" && <SimulatorAccess status={status} />}
    </>
  );
}
