export const SIMULATOR_TABS = ["orders", "refunds", "notices", "traffic", "scenarios", "faults", "access"] as const;
type SimulatorTab = (typeof SIMULATOR_TABS)[number];
export type SimulatorSearch = { tab?: SimulatorTab; q?: string };

/** The tab and the search box, from the address. */
export function readSimulatorSearch(search: Record<string, unknown>): SimulatorSearch {
  const tab = SIMULATOR_TABS.find((known) => known === search.tab);
  const q = typeof search.q === "string" && search.q !== "" ? search.q : undefined;
  return { ...(tab && tab !== "orders" ? { tab } : {}), ...(q ? { q } : {}) };
}
