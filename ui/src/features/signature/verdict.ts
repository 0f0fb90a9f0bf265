import type { DiagnosisView, SignatureReport, SignatureRequest } from "../../ipc/model";

/** The answer in one word, as the line on top says it. */
export type VerdictWord =
  | "match"
  | "right_but_broken"
  | "explained"
  | "mismatch"
  | "searching"
  | "checking"
  | "missing_sign"
  | "malformed_sign"
  | "no_key"
  | "no_appid"
  | "signed";

export type Tone = "good" | "bad" | "open";

const TONE: Record<VerdictWord, Tone> = {
  match: "good",
  signed: "good",
  right_but_broken: "bad",
  explained: "bad",
  mismatch: "bad",
  searching: "bad",
  missing_sign: "bad",
  malformed_sign: "bad",
  checking: "open",
  no_key: "open",
  no_appid: "open",
};

export const toneOf = (word: VerdictWord): Tone => TONE[word];

/** What is known so far: the steps are there at once, the cause a moment later. */
export function verdictOf(
  mode: SignatureRequest["mode"],
  report: SignatureReport | undefined,
  diagnosis: DiagnosisView | undefined,
): VerdictWord {
  if (mode === "sign") return report?.verdict ?? "checking";
  if (!diagnosis) return report?.verdict === "mismatch" ? "searching" : (report?.verdict ?? "checking");
  const { verdict, given_sign, expected_sign, next } = diagnosis;
  if (verdict === "valid") return "match";
  if (verdict === "explained") return given_sign === expected_sign ? "right_but_broken" : "explained";
  if (verdict === "malformed") return given_sign === null ? "missing_sign" : "malformed_sign";
  if (expected_sign !== null && given_sign !== null) return "mismatch";
  if (next === "give_the_appid") return "no_appid";
  return next === "give_the_key" ? "no_key" : "missing_sign";
}

/** The verdict of the steps that it stands for, whatever else is known. */
export function plainVerdict(word: VerdictWord): SignatureReport["verdict"] | "open" {
  if (word === "explained" || word === "searching") return "mismatch";
  if (word === "checking" || word === "no_appid") return "open";
  return word === "right_but_broken" ? "match" : word;
}
