import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useReport } from "../../components/use-report";
import type { SimulatorStatus } from "../../ipc/model";
import { simulatorStatusQuery } from "../../ipc/queries";
import { invalidate } from "../../ipc/tags";

type Act = {
  /** What to do. */
  run: () => Promise<unknown>;
  /** What to say when it is done; nothing where the screen shows it anyway. */
  done?: string;
};

/** Does something to the gateway, says so, and reads again what the screen shows. */
export function useSimulatorAct() {
  const client = useQueryClient();
  const report = useReport();
  const { message } = App.useApp();
  return useMutation({
    mutationFn: ({ run }: Act) => run(),
    onSuccess: (_, { done }) => {
      if (done) message.success(done);
      return invalidate(client, { tags: ["simulator"], ids: [] });
    },
    onError: report,
  });
}

/** Changes how the gateway stands; the header shows the new standing at once. */
export function useStandingChange() {
  const client = useQueryClient();
  const report = useReport();
  return useMutation({
    mutationFn: (change: () => Promise<SimulatorStatus>) => change(),
    onSuccess: (status) => {
      client.setQueryData(simulatorStatusQuery().queryKey, status);
      return invalidate(client, { tags: ["simulator"], ids: [] });
    },
    onError: report,
  });
}
