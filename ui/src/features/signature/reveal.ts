import { useEffect, useState } from "react";

/** The foldable parts of the left half. */
export type Part = "sent" | "keys" | "more" | "notice";
export type Folds = Record<Part, boolean>;
/** Something on the left that an answer on the right asks for. */
export type Wanted = "key" | "appid" | "sign" | "notice";

const CLOSED: Folds = { sent: false, keys: false, more: false, notice: false };
const FIELD: Record<Wanted, { id: string; part?: Part }> = {
  key: { id: "bench-typed-key" },
  appid: { id: "bench-appid" },
  sign: { id: "bench-sign", part: "more" },
  notice: { id: "bench-notice", part: "notice" },
};

/** Which parts are unfolded, and a way to lead the keyboard to a field in one of them. */
export function useFolds(open: Partial<Folds>) {
  const [folds, setFolds] = useState<Folds>({ ...CLOSED, ...open });
  const fold = (part: Part, isOpen: boolean) => setFolds((now) => ({ ...now, [part]: isOpen }));
  const [wanted, setWanted] = useState<Wanted | null>(null);
  // After the drawing in which its part is unfolded.
  useEffect(() => {
    if (wanted === null) return;
    document.getElementById(FIELD[wanted].id)?.focus();
    setWanted(null);
  }, [wanted]);
  const reveal = (field: Wanted) => {
    const { part } = FIELD[field];
    if (part) fold(part, true);
    setWanted(field);
  };
  return { folds, fold, reveal };
}
