import { useEffect, useState } from "react";

const CLOSE_MS = 10_000;

/** The present while somebody counts down to a moment and the window is seen: every second near the end, every five before. */
export function useNow(until: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (until === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tick = () => {
      clearTimeout(timer);
      timer = undefined;
      // A window that nobody sees has nothing to count for; the next look at it starts the count again.
      if (document.hidden) return;
      const at = Date.now();
      setNow(at);
      const rest = until - at;
      // Past its end a countdown says the same for ever, so it stops.
      if (rest > 0) timer = setTimeout(tick, rest > CLOSE_MS ? 5000 : 1000);
    };
    tick();
    document.addEventListener("visibilitychange", tick);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", tick);
    };
  }, [until]);
  return now;
}
