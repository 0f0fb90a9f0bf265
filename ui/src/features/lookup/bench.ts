import { create } from "zustand";
import { desk } from "../../ipc/client";
import type { LookedUp, LookupNews, Progress } from "../../ipc/model";

type Field = { text: string; offline: boolean };

/** What was asked, and of which merchant where nobody here knows a number. */
type Asked = Field & { profile: string | null };

/** A lookup that somebody asked for: how far it is, its answers once they stand, and what ended it before its end. */
export type Lookup = {
  id: number;
  of: Asked;
  isRunning: boolean;
  numbers?: Progress;
  /** Without what the bills say until those are read. */
  answers?: LookedUp;
  bills?: Progress;
  error?: unknown;
};

type Bench = Field & {
  /** What was asked last; null before the first time. */
  asked: number | null;
  /** What was asked last and what else still goes on; the answers to anything older are forgotten. */
  lookups: Lookup[];
  change: (change: Partial<Field>) => void;
  /** Asks anew each time, for an old answer says nothing of now; only the same that still goes on is not asked twice. */
  ask: (profile: string | null) => void;
};

/** The lookup that was asked for last. */
export const askedOf = ({ asked, lookups }: Bench): Lookup | undefined => lookups.find(({ id }) => id === asked);

const isSame = (a: Asked, b: Asked) => a.text === b.text && a.offline === b.offline && a.profile === b.profile;

function told(news: LookupNews): Partial<Lookup> {
  switch (news.is) {
    case "numbers":
      return { numbers: news.progress };
    case "answers":
      return { answers: news.found };
    case "bills":
      return { bills: news.progress };
  }
}

let last = 0;

/** What stands in the field, and what was looked up: kept while another screen is open, asked again by nobody but a person. */
export const useLookupBench = create<Bench>((set, get) => {
  const put = (asked: number | null, lookups: Lookup[]) =>
    set({ asked, lookups: lookups.filter(({ id, isRunning }) => isRunning || id === asked) });
  // What is told late, of a lookup that has ended, is older than how it ended.
  const tell = (id: number, change: Partial<Lookup>) =>
    put(
      get().asked,
      get().lookups.map((one) => (one.id === id && one.isRunning ? { ...one, ...change } : one)),
    );
  return {
    text: "",
    offline: false,
    asked: null,
    lookups: [],
    change: (change) => set(change),
    ask: (profile) => {
      const { text, offline, lookups } = get();
      const of = { text: text.trim(), offline, profile };
      const same = lookups.find((one) => one.isRunning && isSame(one.of, of));
      if (same) return put(same.id, lookups);
      last += 1;
      const id = last;
      put(id, [...lookups, { id, of, isRunning: true }]);
      void desk()
        .lookup({ text: of.text, profile: null, offline }, (news) => tell(id, told(news)))
        .then(
          (answers) => tell(id, { answers, isRunning: false }),
          (error: unknown) => tell(id, { error, isRunning: false }),
        );
    },
  };
});
