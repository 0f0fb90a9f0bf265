import { useEffect, useRef, useState } from "react";

const TICK_MS = 1200;

/** Copies text, in windows without the clipboard interface through a selection. */
async function writeClipboard(text: string): Promise<void> {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return;
    } catch {
      // Some WebKit builds refuse without a permission that they never ask for; the selection below still works.
    }
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "off-screen";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

/** A copy action, and whether it happened just now. */
export function useCopy(): [boolean, (text: string) => void] {
  const [ticked, setTicked] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = (text: string) => {
    void writeClipboard(text).then(() => {
      setTicked(true);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => setTicked(false), TICK_MS);
    });
  };
  return [ticked, copy];
}
