export const NOTICE_TABS = ["received", "inspect", "shop"] as const;
export type NoticeTab = (typeof NOTICE_TABS)[number];

/** Which part of the screen an address means; what it cannot be is left out. */
export function readNoticesSearch(search: Record<string, unknown>): { tab?: NoticeTab } {
  const tab = NOTICE_TABS.find((one) => one === search.tab);
  return tab && tab !== "received" ? { tab } : {};
}
