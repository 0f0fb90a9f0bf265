import { create } from "zustand";

type Asked = { text: string; offline: boolean };

type Bench = Asked & {
  /** What was looked up last; null before the first time. */
  asked: Asked | null;
  change: (change: Partial<Asked>) => void;
  ask: () => void;
};

/** What stands in the field, kept while another screen is open. */
export const useLookupBench = create<Bench>((set) => ({
  text: "",
  offline: false,
  asked: null,
  change: (change) => set(change),
  ask: () => set(({ text, offline }) => ({ asked: { text: text.trim(), offline } })),
}));
