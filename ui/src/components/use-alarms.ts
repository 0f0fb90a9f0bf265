import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { desk } from "../ipc/client";
import type { AlarmsAsOf } from "../ipc/model";
import { alarmsCountQuery, alarmsQuery } from "../ipc/queries";
import { useReport } from "./use-report";

const NONE = { count: 0, unseen: 0, as_of: { seq: 0, at: 0 } };

/** How much needs a person, and the way to say that one has seen it all: what is listed on the screen, else what was counted. */
export function useAlarms() {
  const { data = NONE } = useQuery(alarmsCountQuery());
  const client = useQueryClient();
  const report = useReport();
  const see = useMutation({ mutationFn: (asOf: AlarmsAsOf) => desk().alarmsSee(asOf), onError: report });
  // The list is read again after the count: what came between is counted and was never shown.
  const listed = () => client.getQueryData(alarmsQuery().queryKey)?.pages[0]?.as_of;
  return { count: data.count, unseen: data.unseen, see: () => see.mutate(listed() ?? data.as_of) };
}
