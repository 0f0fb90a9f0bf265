import { create } from "zustand";
import type { LookedUp, LookupNews, Progress } from "../../ipc/model";

type Asked = { text: string; offline: boolean };

/** What is known while a lookup goes on: how far it is, and the answers once they stand. */
export type UnderWay = { numbers?: Progress; answers?: LookedUp; bills?: Progress };

type Bench = Asked & {
  /** What was looked up last; null before the first time. */
  asked: Asked | null;
  under: UnderWay;
  change: (change: Partial<Asked>) => void;
  ask: () => void;
  tell: (of: Asked, news: LookupNews) => void;
};

function after(before: UnderWay, news: LookupNews): UnderWay {
  return news.is === "answers" ? { ...before, answers: news.found } : { ...before, [news.is]: news.progress };
}

/** What stands in the field, and how far its lookup is, kept while another screen is open. */
export const useLookupBench = create<Bench>((set) => ({
  text: "",
  offline: false,
  asked: null,
  under: {},
  change: (change) => set(change),
  ask: () => set(({ text, offline }) => ({ asked: { text: text.trim(), offline }, under: {} })),
  tell: (of, news) =>
    set(({ asked, under }) =>
      // A lookup that another one has followed says nothing of it.
      asked?.text === of.text && asked.offline === of.offline ? { under: after(under, news) } : {},
    ),
}));
