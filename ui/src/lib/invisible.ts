/** A stretch of text, or one character that the eye would miss. */
export type Stretch = { text: string; invisible: string | null };

const NAMES = new Map<number, string>([
  [0x00, "NUL"],
  [0x09, "TAB"],
  [0x0a, "LF"],
  [0x0d, "CR"],
  [0x85, "NEL"],
  [0xa0, "NBSP"],
  [0xad, "SHY"],
  [0x200b, "ZWSP"],
  [0x200c, "ZWNJ"],
  [0x200d, "ZWJ"],
  [0x200e, "LRM"],
  [0x200f, "RLM"],
  [0x2028, "LS"],
  [0x2029, "PS"],
  [0x202a, "LRE"],
  [0x202b, "RLE"],
  [0x202c, "PDF"],
  [0x202d, "LRO"],
  [0x202e, "RLO"],
  [0x2060, "WJ"],
  [0x2066, "LRI"],
  [0x2067, "RLI"],
  [0x2068, "FSI"],
  [0x2069, "PDI"],
  [0x3000, "U+3000"],
  [0xfeff, "BOM"],
]);

function nameOf(code: number): string | null {
  const known = NAMES.get(code);
  if (known) return known;
  const control = code < 0x20 || (code >= 0x7f && code <= 0x9f);
  const exoticSpace = code >= 0x2000 && code <= 0x200a;
  return control || exoticSpace ? `U+${code.toString(16).toUpperCase().padStart(4, "0")}` : null;
}

/** Splits a value so that what cannot be seen can be drawn; blanks count where they lead or trail. */
export function showInvisible(value: string): Stretch[] {
  const stretches: Stretch[] = [];
  const leading = value.length - value.trimStart().length;
  const trailing = value.trimEnd().length;
  let plain = "";
  let at = 0;
  for (const character of value) {
    const code = character.codePointAt(0) ?? 0;
    const edgeBlank = code === 0x20 && (at < leading || at >= trailing);
    const name = edgeBlank ? "SP" : nameOf(code);
    if (name === null) {
      plain += character;
    } else {
      if (plain) stretches.push({ text: plain, invisible: null });
      plain = "";
      stretches.push({ text: character, invisible: name });
    }
    at += character.length;
  }
  if (plain) stretches.push({ text: plain, invisible: null });
  return stretches;
}
