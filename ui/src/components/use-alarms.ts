import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { desk } from "../ipc/client";
import { alarmsQuery } from "../ipc/queries";
import { useReport } from "./use-report";

const NONE = { alarms: [], count: 0, unseen: 0, listed_at: 0 };
/** So many are read where nobody asked for more. */
export const ALARMS_FIRST = 50;

/** What needs a person, the first of it and how many there are, and the way to say that one has seen it all. */
export function useAlarms(limit = ALARMS_FIRST) {
  const { data = NONE } = useQuery({ ...alarmsQuery(limit), placeholderData: keepPreviousData });
  const report = useReport();
  const see = useMutation({ mutationFn: (listedAt: number) => desk().alarmsSee(listedAt), onError: report });
  return { ...data, see: () => see.mutate(data.listed_at) };
}
