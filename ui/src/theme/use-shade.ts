import { useEffect, useSyncExternalStore } from "react";
import type { Settings } from "../ipc/model";
import { applyPalette, type Shade } from "./tokens";

const darkQuery = () => window.matchMedia("(prefers-color-scheme: dark)");

function subscribe(onChange: () => void): () => void {
  const query = darkQuery();
  query.addEventListener("change", onChange);
  return () => query.removeEventListener("change", onChange);
}

/** Light or dark, from the setting or, when that says so, from the system; the document follows. */
export function useShade(setting: Settings["theme"]): Shade {
  const systemDark = useSyncExternalStore(subscribe, () => darkQuery().matches);
  const shade: Shade = setting === "system" ? (systemDark ? "dark" : "light") : setting;
  useEffect(() => applyPalette(shade), [shade]);
  return shade;
}
