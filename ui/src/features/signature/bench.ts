import { useEffect, useState } from "react";
import type { SignatureRequest } from "../../ipc/model";
import { useDebounced } from "../../lib/use-debounced";
import { type Draft, leaveBehind } from "./handover";

export type KeyKind = SignatureRequest["key"]["kind"];

/** Everything the person can set on the workbench. */
export type Bench = {
  mode: SignatureRequest["mode"];
  input: string;
  format: SignatureRequest["format"];
  signType: SignatureRequest["sign_type"];
  keyKind: KeyKind;
  profile: string | null;
  typedKey: string;
  appid: string;
};

export const FORMATS: readonly SignatureRequest["format"][] = ["auto", "xml", "json", "pairs", "query", "curl", "log"];
const CHECK_WAIT_MS = 150;

/** The bench as a handed-over draft sets it, or empty. */
function benchFrom(draft: Draft | undefined, activeProfile: string | null): Bench {
  const profile = draft?.profile ?? activeProfile;
  return {
    mode: draft?.mode ?? "verify",
    input: draft?.input ?? "",
    format: "auto",
    signType: null,
    keyKind: profile === null ? "none" : "profile",
    profile,
    typedKey: "",
    appid: "",
  };
}

/** What the core is asked; a typed key that is still empty is no key. */
export function requestOf(bench: Bench): SignatureRequest {
  return {
    mode: bench.mode,
    input: bench.input,
    format: bench.format,
    sign_type: bench.signType,
    key: keyOf(bench),
    appid: bench.appid.trim() || null,
  };
}

function keyOf({ keyKind, profile, typedKey }: Bench): SignatureRequest["key"] {
  if (keyKind === "profile" && profile !== null) return { kind: "profile", name: profile };
  if (keyKind === "typed" && typedKey !== "") return { kind: "typed", key: typedKey };
  return { kind: "none" };
}

/** The bench, and the state of it that has been still long enough to be checked. */
export function useBench(draft: Draft | undefined, activeProfile: string | null) {
  const [bench, setBench] = useState(() => benchFrom(draft, activeProfile));
  const [settled, checkNow] = useDebounced(bench, CHECK_WAIT_MS);
  const change = (part: Partial<Bench>) => setBench((now) => ({ ...now, ...part }));
  const { mode, input, profile } = bench;
  useEffect(() => leaveBehind({ mode, input, ...(profile === null ? {} : { profile }) }), [mode, input, profile]);
  return { bench, settled, change, checkNow: () => checkNow(bench) };
}
