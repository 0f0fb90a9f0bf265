import type { SignatureField, SignatureReport, SignatureRequest } from "../model";
import { refusal, type World } from "./world";

/** Stands for a digest: 32 upper-case hexadecimal digits that depend on every character. Not MD5. */
export function standInDigest(text: string): string {
  let out = "";
  for (let lane = 0; lane < 4; lane += 1) {
    let hash = 0x811c9dc5 ^ lane;
    for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
    out += (hash >>> 0).toString(16).padStart(8, "0");
  }
  return out.toUpperCase();
}

export function fieldsOf(input: string): { detected: string; pairs: [string, string][] } {
  if (input.trimStart().startsWith("<")) {
    const pairs = [...input.matchAll(/<(\w+)>(?:<!\[CDATA\[([\s\S]*?)\]\]>|([^<]*))<\/\1>/g)].map(
      (match): [string, string] => [match[1] ?? "", match[2] ?? match[3] ?? ""],
    );
    return { detected: "xml", pairs };
  }
  if (input.trimStart().startsWith("{")) {
    return { detected: "json", pairs: Object.entries(JSON.parse(input) as Record<string, string>) };
  }
  const pairs = input.split("&").map((pair): [string, string] => {
    const at = pair.indexOf("=");
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  return { detected: "pairs", pairs: pairs.filter(([name]) => name !== "") };
}

function hexdumpOf(text: string): string {
  const bytes = [...new TextEncoder().encode(text)];
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = bytes.slice(at, at + 16);
    const hex = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const shown = row.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
    lines.push(`${at.toString(16).padStart(8, "0")}  ${hex.padEnd(47)}  ${shown}`);
  }
  return lines.join("\n");
}

/** Blanks at the edges of values and zero width spaces, at their bytes of the string, as the core lists them. */
function invisibleIn(kept: SignatureField[]): SignatureReport["invisible"] {
  const length = (text: string) => new TextEncoder().encode(text).length;
  let before = "";
  return kept.flatMap(({ name, value }) => {
    const start = length(`${before}${name}=`);
    before += `${name}=${value}&`;
    const edges = [...(value.startsWith(" ") ? [0] : []), ...(value.endsWith(" ") ? [length(value) - 1] : [])];
    const zero = [...value.matchAll(/\u200b/g)].map((match) => length(value.slice(0, match.index)));
    return [
      ...edges.map((at) => ({ at: start + at, code: "U+0020", name: "值首尾的空格" })),
      ...zero.map((at) => ({ at: start + at, code: "U+200B", name: "零宽空格" })),
    ];
  });
}

export function keyOf(world: World, key: SignatureRequest["key"]): string | null {
  if (key.kind === "typed") return key.key;
  if (key.kind === "profile" && world.profiles.some((profile) => profile.name === key.name))
    return `key-of-${key.name}`;
  return null;
}

/** A report with the core's shape; its digest is a stand-in. */
export function fakeSignature(world: World, request: SignatureRequest): SignatureReport {
  const { detected, pairs } = fieldsOf(request.input);
  if (pairs.length === 0) throw refusal("input_malformed", "no field was found in the text");
  const key = keyOf(world, request.key);
  const fields = pairs.map(([name, value]): SignatureField => {
    const reason = name === "sign" || name === "paySign" ? "sign" : value === "" ? "empty" : null;
    return { name, value, included: reason === null, reason };
  });
  const kept = fields.filter((field) => field.included).sort((a, b) => (a.name < b.name ? -1 : 1));
  const joined = kept.map((field) => `${field.name}=${field.value}`).join("&");
  const given = request.given_sign ?? fields.find((field) => field.reason === "sign")?.value ?? null;
  const expected = key === null ? null : standInDigest(`${joined}&key=${key}`);
  return {
    detected,
    notes: [],
    valid: expected === null || given === null || request.mode === "sign" ? null : expected === given,
    verdict: verdictOf(request.mode, given, expected),
    sign_type: request.sign_type ?? "MD5",
    sign_type_from: request.sign_type ? "chosen" : "length",
    given_sign: request.mode === "sign" ? null : given,
    expected_sign: expected,
    fields,
    sorted: kept.map((field) => field.name),
    string_to_sign: key === null ? joined : `${joined}&key=••••${key.slice(-4)}`,
    bytes: new TextEncoder().encode(joined).length,
    hexdump: hexdumpOf(joined),
    invisible: invisibleIn(kept),
    key: key === null ? null : { length: key.length, fingerprint: standInDigest(key).slice(0, 8), tail: key.slice(-4) },
    key_warning: null,
  };
}

function verdictOf(mode: SignatureRequest["mode"], given: string | null, expected: string | null) {
  if (mode === "sign") return expected === null ? "no_key" : "signed";
  if (given === null) return "missing_sign";
  if (!/^([0-9A-F]{32}|[0-9A-F]{64})$/.test(given)) return "malformed_sign";
  if (expected === null) return "no_key";
  return given === expected ? "match" : "mismatch";
}
