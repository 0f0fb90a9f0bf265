import type { SignatureReport } from "../../ipc/model";

type Signed = Pick<SignatureReport, "fields" | "sorted" | "string_to_sign">;
/** A field as it stands in the string to sign; `value_at` is the byte at which its value begins. */
type SignedPart = { name: string; value: string; value_at: number };
/** Where in a field a character stands that nobody sees; `string` where the field cannot be told. */
type Place = "start" | "end" | "inside" | "name" | "string";
/** Characters of one kind at one place of a field that change the sign and not the look. */
export type Cause = {
  place: Place;
  field: string;
  /** `U+0020`. */
  code: string;
  /** The core's name for it, in the language that is set. */
  name: string;
  count: number;
  /** Byte of the string to sign, from 0. */
  at: number;
};

const bytes = new TextEncoder();
const lengthOf = (text: string) => bytes.encode(text).length;
const LEADING = /^[\s\p{Cf}\p{Cc}]*/u;
const TRAILING = /[\s\p{Cf}\p{Cc}]*$/u;

/** The string to sign, taken apart into its fields and the key at its end; null where the fields do not make it up. */
export function partsOf({ fields, sorted, string_to_sign }: Signed): { parts: SignedPart[]; rest: string } | null {
  const parts: SignedPart[] = [];
  let rest = string_to_sign;
  let at = 0;
  for (const name of sorted) {
    const field = fields.find((one) => one.included && one.name === name && rest.startsWith(`${name}=${one.value}&`));
    if (!field) return null;
    const value_at = at + lengthOf(`${name}=`);
    parts.push({ name, value: field.value, value_at });
    rest = rest.slice(name.length + field.value.length + 2);
    at = value_at + lengthOf(field.value) + 1;
  }
  return { parts, rest };
}

function edgesOf(value: string): { start: string; inside: string; end: string } {
  const start = LEADING.exec(value)?.[0] ?? "";
  const others = value.slice(start.length);
  const end = TRAILING.exec(others)?.[0] ?? "";
  return { start, inside: others.slice(0, others.length - end.length), end };
}

function placeIn({ name, value, value_at }: SignedPart, at: number): Place {
  if (at < value_at) return at >= value_at - lengthOf(`${name}=`) ? "name" : "string";
  const { start, inside } = edgesOf(value);
  const into = at - value_at;
  if (into < lengthOf(start)) return "start";
  return into < lengthOf(start) + lengthOf(inside) ? "inside" : "end";
}

function countIn(text: string, character: string): number {
  return text.split(character).length - 1;
}

/** What nobody types on purpose first, what can be meant (a line feed) after it, what can at least be seen last. */
function weight({ code }: Cause): number {
  if (code.startsWith("U+FF") && code !== "U+FEFF") return 2;
  return code === "U+000A" || code === "U+000D" || code === "U+0009" ? 1 : 0;
}

/** The invisible characters of a report by field and place, the likeliest cause first. */
export function causesOf(report: Signed & Pick<SignatureReport, "invisible">): Cause[] {
  const parts = partsOf(report)?.parts ?? [];
  const causes = new Map<string, Cause>();
  for (const { at, code, name } of report.invisible) {
    const part = parts.find((one) => at < one.value_at + lengthOf(one.value));
    const place = part ? placeIn(part, at) : "string";
    const field = part && place !== "string" ? part.name : "";
    const character = String.fromCodePoint(Number.parseInt(code.slice(2), 16));
    const text = part && (place === "name" ? part.name : place === "string" ? "" : edgesOf(part.value)[place]);
    // The core names an edge once, however many blanks stand there.
    const count = Math.max(1, countIn(text ?? "", character));
    const key = `${field} ${place} ${code} ${place === "string" ? at : ""}`;
    if (!causes.has(key)) causes.set(key, { place, field, code, name, count, at });
  }
  return [...causes.values()].sort((a, b) => weight(a) - weight(b) || a.at - b.at);
}

/** The same message without those characters, to see whether its sign is right then; null where that cannot be written down. */
export function withoutCauses(report: Pick<SignatureReport, "fields">, causes: Cause[]): string | null {
  const names = new Set(report.fields.map((field) => field.name));
  const located = causes.every(({ place }) => place === "start" || place === "end" || place === "inside");
  if (!located || names.size < report.fields.length || report.fields.some((field) => field.reason === "key"))
    return null;
  const cleaned = report.fields.map(({ name, value }) => {
    const parts = edgesOf(value);
    for (const { field, place, code } of causes) {
      if (field !== name || place === "name" || place === "string") continue;
      parts[place] = parts[place].replaceAll(String.fromCodePoint(Number.parseInt(code.slice(2), 16)), "");
    }
    return [name, parts.start + parts.inside + parts.end];
  });
  return JSON.stringify(Object.fromEntries(cleaned));
}
