export const NOTICE_TABS = ["received", "inspect", "shop"] as const;
export type NoticeTab = (typeof NOTICE_TABS)[number];
type NoticesSearch = {
  tab?: NoticeTab;
  /** The notice that is open beside the received ones. */
  notice?: number;
};

/** Which part of the screen an address means; what it cannot be is left out. */
export function readNoticesSearch(search: Record<string, unknown>): NoticesSearch {
  const tab = NOTICE_TABS.find((one) => one === search.tab);
  if (tab && tab !== "received") return { tab };
  const { notice } = search;
  return typeof notice === "number" && Number.isSafeInteger(notice) && notice > 0 ? { notice } : {};
}
