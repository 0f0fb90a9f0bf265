import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { DifferenceFilter, DifferenceRow } from "../../ipc/model";
import { differencesQuery, PAGE_ROWS } from "../../ipc/queries";

/** Every difference of a day. */
export const NO_FILTER: DifferenceFilter = {
  class: null,
  state: null,
  search: "",
  identity: "",
  dimension: null,
  value: "",
};

type Picked = { place: number; identity: string };

/** The difference that is looked at: by its place in the list for the keys, by its identity for what it says now. */
export function usePicked(profile: string, date: string, filter: DifferenceFilter, total: number, open?: string) {
  const client = useQueryClient();
  const [picked, setPicked] = useState<Picked | null>(open ? { place: 0, identity: open } : null);
  const found = useQuery({
    ...differencesQuery(profile, date, { ...NO_FILTER, identity: picked?.identity ?? "" }, 0),
    enabled: picked !== null,
  });
  const rowAt = async (place: number): Promise<DifferenceRow | undefined> => {
    const page = differencesQuery(profile, date, filter, Math.floor(place / PAGE_ROWS));
    return (await client.ensureQueryData(page)).rows[place % PAGE_ROWS];
  };
  const step = async (by: 1 | -1) => {
    // Where the one that is looked at has left the list, the next one stands in its place.
    const hasLeft = picked !== null && by === 1 && (await rowAt(picked.place))?.identity !== picked.identity;
    const wanted = picked === null ? 0 : hasLeft ? picked.place : picked.place + by;
    const place = Math.min(Math.max(wanted, 0), total - 1);
    const row = await rowAt(place);
    if (row) setPicked({ place, identity: row.identity });
  };
  return {
    place: picked?.place ?? null,
    identity: picked?.identity ?? null,
    row: (picked && found.data?.rows[0]) ?? null,
    pick: (row: DifferenceRow, place: number) => setPicked({ place, identity: row.identity }),
    drop: () => setPicked(null),
    step,
  };
}

/** Whether keys that are pressed there belong to what has the focus. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, .ant-modal, .ant-select") !== null;
}

type Keys = { isActive: () => boolean; onStep: (by: 1 | -1) => void; onEnter: () => void };

/** Up and down walk through the list, Enter goes on to the remark. */
export function useListKeys({ isActive, onStep, onEnter }: Keys) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isPlain = !event.altKey && !event.ctrlKey && !event.metaKey && !event.defaultPrevented;
      if (!isPlain || isTyping(event.target) || !isActive()) return;
      if (event.key === "ArrowDown") onStep(1);
      else if (event.key === "ArrowUp") onStep(-1);
      else if (event.key === "Enter") onEnter();
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [isActive, onStep, onEnter]);
}
