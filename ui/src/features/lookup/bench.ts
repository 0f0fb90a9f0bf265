import { create } from "zustand";
import type { LookedUp, LookupNews, Progress } from "../../ipc/model";

type Asked = { text: string; offline: boolean };

/** What is known while a lookup goes on: how far it is, and the answers once they stand. */
export type UnderWay = { numbers?: Progress; answers?: LookedUp; bills?: Progress };

type Bench = Asked & {
  /** What was looked up last; null before the first time. */
  asked: Asked | null;
  /** How far every lookup is, by what it was asked. */
  under: Record<string, UnderWay>;
  change: (change: Partial<Asked>) => void;
  ask: () => void;
  /** A lookup begins: what an earlier one of the same told is forgotten; takes what this one tells. */
  listen: (of: Asked) => (news: LookupNews) => void;
};

function after(before: UnderWay, news: LookupNews): UnderWay {
  return news.is === "answers" ? { ...before, answers: news.found } : { ...before, [news.is]: news.progress };
}

const NOTHING: UnderWay = {};

const nameOf = ({ text, offline }: Asked) => JSON.stringify([text, offline]);

/** How far the lookup of this is. */
export const underOf = (under: Bench["under"], of: Asked): UnderWay => under[nameOf(of)] ?? NOTHING;

/** What stands in the field, and how far its lookup is, kept while another screen is open. */
export const useLookupBench = create<Bench>((set) => ({
  text: "",
  offline: false,
  asked: null,
  under: {},
  change: (change) => set(change),
  ask: () => set(({ text, offline }) => ({ asked: { text: text.trim(), offline } })),
  listen: (of) => {
    const put = (now: (before: UnderWay) => UnderWay) =>
      set(({ under }) => ({ under: { ...under, [nameOf(of)]: now(underOf(under, of)) } }));
    put(() => NOTHING);
    return (news) => put((before) => after(before, news));
  },
}));
