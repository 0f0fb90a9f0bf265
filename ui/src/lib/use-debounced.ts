import { useEffect, useState } from "react";

/** A value that follows another after it has been still for `wait_ms`; `now` makes it follow at once. */
export function useDebounced<T>(value: T, wait_ms: number): [T, (now: T) => void] {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), wait_ms);
    return () => clearTimeout(timer);
  }, [value, wait_ms]);
  return [settled, setSettled];
}
