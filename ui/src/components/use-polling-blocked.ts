import { useQuery } from "@tanstack/react-query";
import { simulatorStatusQuery } from "../ipc/queries";
import { useActiveProfile, useStart } from "./use-settings";

/** Why nothing can be asked for the merchant in use: its gateway is stopped, its key is out of reach in the vault, or it has none. */
export type PollingBlock = "gateway" | "vault" | "key";

/** What keeps queries of the merchant in use from being sent, or null when nothing known does. */
export function usePollingBlocked(): PollingBlock | null {
  const active = useActiveProfile();
  const { vault } = useStart();
  const running = useQuery({
    ...simulatorStatusQuery(),
    enabled: active?.builtin === true,
    // The counters of the gateway move with every request; only its being up is of interest here.
    select: (status) => status.running,
  });
  if (!active) return null;
  if (active.builtin) return running.data === false ? "gateway" : null;
  if (vault.state === "locked" || vault.state === "broken") return "vault";
  return active.api_key.set ? null : "key";
}
