import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { desk } from "./client";
import type { Changed } from "./model";
import { invalidate, mergeChanges } from "./tags";

/** The window asks again at most this often, however busy the core is. */
const QUIET_MS = 400;

/** Keeps every query on screen as fresh as the core: one listener, coalesced, silent while the window is hidden. */
export function useLiveQueries(): void {
  const client = useQueryClient();
  useEffect(() => {
    let waiting: Changed | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stop: (() => void) | undefined;
    let gone = false;
    const flush = () => {
      timer = undefined;
      if (!waiting || document.hidden) return;
      const changed = waiting;
      waiting = null;
      void invalidate(client, changed).finally(() => {
        if (waiting && !timer && !gone) timer = setTimeout(flush, QUIET_MS);
      });
    };
    const onChanged = (changed: Changed) => {
      waiting = waiting ? mergeChanges(waiting, changed) : changed;
      if (!document.hidden) timer ??= setTimeout(flush, QUIET_MS);
    };
    void desk()
      .onChanged(onChanged)
      .then((unlisten) => {
        if (gone) unlisten();
        else stop = unlisten;
      });
    document.addEventListener("visibilitychange", flush);
    return () => {
      gone = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", flush);
      stop?.();
    };
  }, [client]);
}
