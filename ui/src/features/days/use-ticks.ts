import { useState } from "react";

/** A difference of the list: its place in it, and what stays the same of it in every list. */
export type Spot = { place: number; identity: string };

type Ticks = {
  /** The list that they belong to. */
  list: string;
  ticked: ReadonlySet<string>;
  /** Where the keys began to extend, and what was ticked by then. */
  run: { from: Spot; before: ReadonlySet<string> } | null;
  /** What a person unticked last: keys that extend from it leave it so. */
  unticked: string | null;
};

const NONE: ReadonlySet<string> = new Set();

const noTicks = (list: string): Ticks => ({ list, ticked: NONE, run: null, unticked: null });

/** The ticks after the keys began to extend with that one. */
function begun(ticks: Ticks, from: Spot): Ticks {
  const { ticked, unticked } = ticks;
  const next = from.identity === unticked ? ticked : new Set(ticked).add(from.identity);
  return { ...ticks, ticked: next, run: { from, before: ticked } };
}

/** The ticks after the keys went on by one: away from where they began one more, back towards it one less. */
function extended(ticks: Ticks, from: Spot, to: Spot): Ticks {
  const { ticked, run } = ticks;
  if (!run) return extended(begun(ticks, from), from, to);
  const next = new Set(ticked);
  const isAway = Math.abs(to.place - run.from.place) > Math.abs(from.place - run.from.place);
  if (isAway) next.add(to.identity);
  else if (!run.before.has(from.identity)) next.delete(from.identity);
  return { ...ticks, ticked: next };
}

/** Which differences of a list are ticked; of another list none is. */
export function useTicks(list: string) {
  const [kept, setKept] = useState(() => noTicks(list));
  const of = (ticks: Ticks): Ticks => (ticks.list === list ? ticks : noTicks(list));
  return {
    ticked: of(kept).ticked,
    toggle: (identity: string) =>
      setKept((before) => {
        const next = new Set(of(before).ticked);
        const unticked = next.delete(identity) ? identity : null;
        if (!unticked) next.add(identity);
        return { list, ticked: next, run: null, unticked };
      }),
    /** The keys begin to extend there, wherever they began before. */
    begin: (at: Spot) => setKept((before) => begun({ ...of(before), unticked: null }, at)),
    extend: (from: Spot, to: Spot) => setKept((before) => extended(of(before), from, to)),
    /** Another row is looked at without ticking: the next extending begins anew. */
    rest: () => setKept((before) => ({ ...of(before), run: null, unticked: null })),
    clear: () => setKept(noTicks(list)),
  };
}

export type ListTicks = ReturnType<typeof useTicks>;
