import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useReport } from "../../components/use-report";
import type { SimulatorScenarios } from "../../ipc/model";
import { simulatorScenariosQuery, simulatorStatusQuery } from "../../ipc/queries";

/** Plays a scenario or ends it; the screen shows at once what is played. */
export function useScenarioChange() {
  const client = useQueryClient();
  const report = useReport();
  return useMutation({
    mutationFn: (change: () => Promise<SimulatorScenarios>) => change(),
    onSuccess: (status) => {
      client.setQueryData(simulatorScenariosQuery().queryKey, status);
      return client.invalidateQueries({ queryKey: simulatorStatusQuery().queryKey });
    },
    onError: report,
  });
}
