import { useState } from "react";

/** A difference of the list: its place in it, and what stays the same of it in every list. */
export type Spot = { place: number; identity: string };

type Ticks = {
  /** The list that they belong to. */
  list: string;
  ticked: ReadonlySet<string>;
  /** Where the keys began to extend, and what was ticked by then. */
  run: { from: Spot; before: ReadonlySet<string> } | null;
};

const NONE: ReadonlySet<string> = new Set();

/** The ticks after the keys went on by one: away from where they began one more, back towards it one less. */
function extended({ ticked, run, ...rest }: Ticks, from: Spot, to: Spot): Ticks {
  const began = run ?? { from, before: ticked };
  const next = new Set(ticked).add(began.from.identity);
  const isAway = Math.abs(to.place - began.from.place) > Math.abs(from.place - began.from.place);
  if (isAway) next.add(to.identity);
  else if (!began.before.has(from.identity)) next.delete(from.identity);
  return { ...rest, ticked: next, run: began };
}

/** Which differences of a list are ticked; of another list none is. */
export function useTicks(list: string) {
  const [kept, setKept] = useState<Ticks>({ list, ticked: NONE, run: null });
  const of = (ticks: Ticks): Ticks => (ticks.list === list ? ticks : { list, ticked: NONE, run: null });
  return {
    ticked: of(kept).ticked,
    toggle: (identity: string) =>
      setKept((before) => {
        const next = new Set(of(before).ticked);
        if (!next.delete(identity)) next.add(identity);
        return { list, ticked: next, run: null };
      }),
    extend: (from: Spot, to: Spot) => setKept((before) => extended(of(before), from, to)),
    /** Another row is looked at without ticking: the next extending begins anew. */
    rest: () => setKept((before) => (of(before).run ? { ...of(before), run: null } : before)),
    clear: () => setKept({ list, ticked: NONE, run: null }),
  };
}

export type ListTicks = ReturnType<typeof useTicks>;
