import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type RefObject, useEffect, useState } from "react";
import type { DifferenceFilter, DifferenceRow } from "../../ipc/model";
import { differencesQuery, PAGE_ROWS } from "../../ipc/queries";
import type { Spot } from "./use-ticks";

/** Every difference of a day. */
export const NO_FILTER: DifferenceFilter = {
  class: null,
  state: null,
  search: "",
  identity: "",
  dimension: null,
  value: "",
};

/** Where one is in the list, and whether that difference is looked at or was only ticked there. */
type Cursor = { at: Spot | null; isLooked: boolean };

/** The difference that is looked at: by its place in the list for the keys, by its identity for what it says now. */
export function usePicked(profile: string, date: string, filter: DifferenceFilter, total: number, open?: string) {
  const client = useQueryClient();
  const [cursor, setCursor] = useState<Cursor>({ at: open ? { place: 0, identity: open } : null, isLooked: !!open });
  const picked = cursor.isLooked ? cursor.at : null;
  const spotOf = (row: DifferenceRow, place: number): Spot => ({ place, identity: row.identity });
  const found = useQuery({
    ...differencesQuery(profile, date, { ...NO_FILTER, identity: picked?.identity ?? "" }, 0),
    enabled: picked !== null,
  });
  const rowAt = async (place: number): Promise<DifferenceRow | undefined> => {
    const page = differencesQuery(profile, date, filter, Math.floor(place / PAGE_ROWS));
    return (await client.ensureQueryData(page)).rows[place % PAGE_ROWS];
  };
  /** Goes on by one from there: the difference that is looked at then, and whether the one before has left the list. */
  const stepFrom = async (from: Spot, by: 1 | -1) => {
    const hasLeft = (await rowAt(from.place))?.identity !== from.identity;
    // Where it has left, the next one stands in its place.
    const to = await look(hasLeft && by === 1 ? from.place : from.place + by);
    return { to, hasLeft };
  };
  const look = async (wanted: number): Promise<Spot | undefined> => {
    const place = Math.min(Math.max(wanted, 0), total - 1);
    const row = await rowAt(place);
    const spot = row && spotOf(row, place);
    if (spot) setCursor({ at: spot, isLooked: true });
    return spot;
  };
  return {
    /** Where one is, also where that difference is not looked at. */
    at: cursor.at,
    place: picked?.place ?? null,
    identity: picked?.identity ?? null,
    row: (picked && found.data?.rows[0]) ?? null,
    pick: (row: DifferenceRow, place: number) => setCursor({ at: spotOf(row, place), isLooked: true }),
    /** Nothing is looked at any more; the keys begin again where one was. */
    drop: () => setCursor((before) => ({ ...before, isLooked: false })),
    /** A row was ticked: where none is looked at, the keys begin there. */
    touch: (row: DifferenceRow, place: number) =>
      setCursor((before) => (before.isLooked ? before : { at: spotOf(row, place), isLooked: false })),
    stepFrom,
    /** Goes on by one; where none is looked at, begins where one was, or with the first. */
    step: async (by: 1 | -1) => (picked ? (await stepFrom(picked, by)).to : look(cursor.at?.place ?? 0)),
  };
}

/** A box of a row takes Space alone; the other keys walk on from where it was ticked by mouse. */
const BOX = "input[type=checkbox]";

/** Whether keys that are pressed there belong to what has the focus. */
function isTyping(target: EventTarget | null): boolean {
  const takesKeys = `input:not(${BOX}), textarea, select, .ant-modal, .ant-select`;
  return target instanceof Element && target.closest(takesKeys) !== null;
}

/** Whether a key that presses has something else to press there than a row of this list. */
function isPressing(target: EventTarget | null, list: Element | null): boolean {
  const pressed = target instanceof Element ? target.closest("button, a, [role=menuitem]") : null;
  return pressed !== null && !(pressed.matches(".row-button") && list?.contains(pressed));
}

/** Whether what is pressed there is a box that Space ticks by itself. */
function isBox(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches(BOX);
}

type Keys = {
  list: RefObject<Element | null>;
  isActive: () => boolean;
  onStep: (by: 1 | -1) => void;
  onExtend: (by: 1 | -1) => void;
  onTick: () => void;
  onEnter: () => void;
};

/** Up and down walk through the list, with Shift they tick on the way; Space ticks, Enter goes on to the remark. */
export function useListKeys({ list, isActive, onStep, onExtend, onTick, onEnter }: Keys) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isPlain = !event.altKey && !event.ctrlKey && !event.metaKey && !event.defaultPrevented;
      if (!isPlain || isTyping(event.target) || !isActive()) return;
      const go = event.shiftKey ? onExtend : onStep;
      if (event.key === "ArrowDown") go(1);
      else if (event.key === "ArrowUp") go(-1);
      else if (isPressing(event.target, list.current)) return;
      else if (event.key === " " && !isBox(event.target)) onTick();
      else if (event.key === "Enter") onEnter();
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [list, isActive, onStep, onExtend, onTick, onEnter]);
}
