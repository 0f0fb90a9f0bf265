import { useMutation, useQuery } from "@tanstack/react-query";
import { desk } from "../ipc/client";
import { alarmsQuery } from "../ipc/queries";
import { useReport } from "./use-report";

const NONE = { alarms: [], count: 0, unseen: 0, listed_at: 0 };

/** What needs a person, and the way to say that one has seen it. */
export function useAlarms() {
  const { data = NONE } = useQuery(alarmsQuery());
  const report = useReport();
  const see = useMutation({ mutationFn: (listedAt: number) => desk().alarmsSee(listedAt), onError: report });
  return { ...data, see: () => see.mutate(data.listed_at) };
}
