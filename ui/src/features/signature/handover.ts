import type { SignatureRequest } from "../../ipc/model";

/** What the workbench starts from. A typed key is never part of it. */
export type Draft = {
  mode: SignatureRequest["mode"];
  input: string;
  /** The merchant whose key applies; absent means the one that the window works for. */
  profile?: string;
  /** What the message is, as the core names it: an endpoint, or `pay-notify`; absent lets its fields decide. */
  context?: string;
  /** What was sent, where `input` is what was signed. */
  sent?: string;
  /** The text with which the gateway refused. */
  returnMsg?: string;
};

/** Messages can be 64 KiB, too long for an address, so the address carries only a number of this list. */
const drafts = new Map<number, Draft>();
const KEPT = 50;
let latest = 0;
let left: Draft | undefined;

/** Keeps a draft for the workbench and returns the number to put into its address. */
export function handOver(draft: Draft): number {
  latest += 1;
  drafts.set(latest, draft);
  drafts.delete(latest - KEPT);
  return latest;
}

/** The draft under a number, else what was on the bench when it was last left. */
export function takeOver(number: number | undefined): Draft | undefined {
  return (number === undefined ? undefined : drafts.get(number)) ?? left;
}

/** Remembers what is on the bench while another screen is open. */
export function leaveBehind(draft: Draft): void {
  left = draft;
}

/** The number of a draft, from the address. */
export function readSignatureSearch(search: Record<string, unknown>): { draft?: number } {
  return typeof search.draft === "number" && Number.isSafeInteger(search.draft) ? { draft: search.draft } : {};
}
