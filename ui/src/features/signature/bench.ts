import { useEffect, useRef, useState } from "react";
import type { DiagnosisRequest, KeyRole, SignatureRequest } from "../../ipc/model";
import { useDebounced } from "../../lib/use-debounced";
import { type Draft, leaveBehind } from "./handover";

export type KeyKind = SignatureRequest["key"]["kind"];

/** Keys that are often taken for the API key, the likeliest first. */
export const MORE_KEYS = ["app_secret", "v3", "sandbox", "previous", "other_merchant"] as const satisfies KeyRole[];
type MoreKey = (typeof MORE_KEYS)[number];

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
  /** What was sent, where `input` is what was signed. */
  sent: string;
  givenSign: string;
  /** What the message is; null lets its fields decide. */
  context: string | null;
  moreKeys: Partial<Record<MoreKey, string>>;
  returnMsg: string;
  refundNotice: string;
};

export const FORMATS: readonly SignatureRequest["format"][] = ["auto", "xml", "json", "pairs", "query", "curl", "log"];
const CHECK_WAIT_MS = 150;
/** So many characters at once are not typed; nobody waits for more of them. */
const PASTED_LENGTH = 8;

/** What belongs to one message and goes with it. */
export const EMPTY = {
  input: "",
  format: "auto",
  signType: null,
  appid: "",
  sent: "",
  givenSign: "",
  context: null,
  returnMsg: "",
  refundNotice: "",
  typedKey: "",
  moreKeys: {},
} as const satisfies Partial<Bench>;

/** The bench as a handed-over draft sets it, or empty. */
function benchFrom(draft: Draft | undefined, activeProfile: string | null): Bench {
  const profile = draft?.profile ?? activeProfile;
  return {
    ...EMPTY,
    mode: draft?.mode ?? "verify",
    input: draft?.input ?? "",
    sent: draft?.sent ?? "",
    context: draft?.context ?? null,
    returnMsg: draft?.returnMsg ?? "",
    keyKind: profile === null ? "none" : "profile",
    profile,
  };
}

/** What the core is asked for the steps; a typed key that is still empty is no key. */
export function requestOf(bench: Bench): SignatureRequest {
  return {
    mode: bench.mode,
    input: bench.input,
    format: bench.format,
    sign_type: bench.signType,
    key: keyOf(bench),
    given_sign: bench.givenSign.trim() || null,
    appid: bench.appid.trim() || null,
  };
}

/** What the core is asked for the cause. */
export function diagnosisOf(bench: Bench): DiagnosisRequest {
  const { mode: _mode, ...shared } = requestOf(bench);
  return {
    ...shared,
    sent: bench.sent.trim() ? bench.sent : null,
    context: bench.context,
    more_keys: MORE_KEYS.flatMap((role) => {
      const key = bench.moreKeys[role];
      return key ? [{ role, key }] : [];
    }),
    return_msg: bench.returnMsg.trim() || null,
    refund_notice: bench.refundNotice.trim() ? bench.refundNotice : null,
  };
}

function keyOf({ keyKind, profile, typedKey }: Bench): SignatureRequest["key"] {
  if (keyKind === "profile" && profile !== null) return { kind: "profile", name: profile };
  if (keyKind === "typed" && typedKey !== "") return { kind: "typed", key: typedKey };
  return { kind: "none" };
}

function isPasted(before: string, after: string): boolean {
  return Math.abs(after.length - before.length) >= PASTED_LENGTH;
}

/** The bench, and the state of it that has been still long enough to be checked. */
export function useBench(draft: Draft | undefined, activeProfile: string | null) {
  const [bench, setBench] = useState(() => benchFrom(draft, activeProfile));
  const [settled, checkNow] = useDebounced(bench, CHECK_WAIT_MS);
  // A kind that came with the message before does not fit the next one that is pasted over it.
  const [came, setCame] = useState(draft?.context ?? null);
  const latest = useRef(bench);
  const change = (part: Partial<Bench>) => {
    const stale = came !== null && part.input !== undefined && part.context === undefined;
    if (stale || part.context !== undefined) setCame(null);
    const before = latest.current;
    const next = { ...before, ...(stale && before.context === came ? { context: null } : {}), ...part };
    latest.current = next;
    setBench(next);
    if (isPasted(before.input, next.input) || isPasted(before.sent, next.sent)) checkNow(next);
  };
  const { mode, input, sent, context, returnMsg, profile } = bench;
  useEffect(
    () => leaveBehind({ mode, input, sent, returnMsg, ...(context && { context }), ...(profile && { profile }) }),
    [mode, input, sent, context, returnMsg, profile],
  );
  return { bench, settled, change, checkNow: () => checkNow(bench) };
}
