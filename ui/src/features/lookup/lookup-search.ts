/** What the address may ask the screen to look up at once. */
export type LookupSearch = { q?: string };

/** The number of an address; what it cannot be is left out. */
export function readLookupSearch(search: Record<string, unknown>): LookupSearch {
  const { q } = search;
  return typeof q === "string" && q.trim() !== "" ? { q: q.trim() } : {};
}
