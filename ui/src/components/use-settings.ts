import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { desk } from "../ipc/client";
import type { AppStart, Settings } from "../ipc/model";
import { startQuery } from "../ipc/queries";
import { useReport } from "./use-report";

/** What the window knew when it opened, kept current: settings, merchants, vault. */
export function useStart(): AppStart {
  return useSuspenseQuery(startQuery()).data;
}

/** The settings and the way to change some of them; the window shows the change before the core has stored it. */
export function useSettings() {
  const { settings } = useStart();
  const client = useQueryClient();
  const report = useReport();
  const { queryKey } = startQuery();
  const put = (next: Settings) =>
    client.setQueryData(queryKey, (start) => (start ? { ...start, settings: next } : start));
  const save = useMutation({
    mutationFn: (next: Settings) => desk().settingsSet(next),
    onSuccess: put,
    onError: (error) => {
      void client.invalidateQueries({ queryKey });
      report(error);
    },
  });
  const change = (part: Partial<Settings>) => {
    const next = { ...settings, ...part };
    put(next);
    return save.mutateAsync(next).catch(() => undefined);
  };
  return { settings, change, saving: save.isPending };
}

/** The merchant that the window works for, or null before there is one. */
export function useActiveProfile() {
  const { profiles, active_profile } = useStart();
  return profiles.find((profile) => profile.name === active_profile) ?? null;
}

/** Lets the window work for another merchant. */
export function useProfileSwitch(): (name: string) => void {
  const client = useQueryClient();
  const report = useReport();
  const use = useMutation({
    mutationFn: (name: string) => desk().profileUse(name),
    onSuccess: () => client.invalidateQueries({ queryKey: startQuery().queryKey }),
    onError: report,
  });
  return use.mutate;
}
