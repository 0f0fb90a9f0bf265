import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useDebounced } from "../../lib/use-debounced";

const route = getRouteApi("/simulator");
const SEARCH_WAIT_MS = 250;

/** What is typed above a list, what is asked for a moment later, and the address that keeps it. */
export function useListSearch() {
  const navigate = useNavigate();
  const { tab, q = "" } = route.useSearch();
  const [typed, setTyped] = useState(q);
  const [search] = useDebounced(typed.trim(), SEARCH_WAIT_MS);
  const type = (text: string) => {
    setTyped(text);
    const kept = { ...(tab ? { tab } : {}), ...(text.trim() ? { q: text.trim() } : {}) };
    void navigate({ to: "/simulator", search: kept, replace: true });
  };
  return { typed, search, type };
}
