import { describe, expect, it } from "vitest";
import bindings from "../ipc/bindings.ts?raw";
import { en } from "./en";
import { zhCN } from "./zh-CN";

function flatten(words: object, path = ""): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [name, value] of Object.entries(words)) {
    const key = path ? `${path}.${name}` : name;
    if (typeof value === "string") flat.set(key, value);
    else for (const [inner, text] of flatten(value as object, key)) flat.set(inner, text);
  }
  return flat;
}

const chinese = flatten(zhCN);
const english = flatten(en);
const sources = Object.values(
  import.meta.glob<string>(["../**/*.{ts,tsx}", "!../i18n/**", "!../**/*.test.*"], {
    query: "?raw",
    import: "default",
    eager: true,
  }),
).join("\n");
/** Keys that are put together, such as `state.${state}`, as patterns of what they can become. */
const composed = [...sources.matchAll(/`([a-z]\w*\.[\w.]*)\$\{[^}`]*\}([\w.]*)`/g)].map(
  ([, before = "", after = ""]) =>
    new RegExp(`^${before.replaceAll(".", "\\.")}[\\w-]+${after.replaceAll(".", "\\.")}$`),
);
const holes = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();
/** Every code of an error that the Rust side can answer with. */
const codes = [...(/^export type ErrorCode =(.+?);$/ms.exec(bindings)?.[1] ?? "").matchAll(/"(\w+)"/g)].map(
  ([, code = ""]) => code,
);
/** Words that name the other language in that language. */
const CROSSING = new Set(["language.zh-CN", "language.en", "palette.toggleLanguage", "app.title"]);

describe("words", () => {
  it("exist in both languages under the same keys", () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort());
  });

  it("have the same holes to fill in both languages", () => {
    for (const [key, text] of chinese) expect([key, holes(english.get(key) ?? "")]).toEqual([key, holes(text)]);
  });

  it("are never empty", () => {
    for (const [key, text] of [...chinese, ...english]) expect([key, text.trim()]).not.toEqual([key, ""]);
  });

  it("leave no Chinese in English", () => {
    for (const [key, text] of english)
      if (!CROSSING.has(key)) expect([key, /\p{Script=Han}/u.test(text)]).toEqual([key, false]);
  });

  it("quote in English with marks that no Chinese font draws as wide as a character", () => {
    for (const [key, text] of english) expect([key, /[“”‘’「」]/.test(text)]).toEqual([key, false]);
  });

  it("are all used", () => {
    const unused = [...chinese.keys()].filter(
      (key) => !sources.includes(`"${key}"`) && !composed.some((pattern) => pattern.test(key)),
    );
    expect(unused).toEqual([]);
  });

  it("say for every error what happened, what it means for the money and what to do", () => {
    const said = Object.entries(zhCN.error).filter(([, value]) => typeof value === "object");
    expect(said.map(([code]) => code).sort()).toEqual(codes.sort());
    for (const [, sentences] of said) expect(Object.keys(sentences).sort()).toEqual(["money", "next", "what"]);
  });
});
