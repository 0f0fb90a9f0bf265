import { describe, expect, it } from "vitest";
import { showInvisible } from "./invisible";

const names = (text: string) => showInvisible(text).flatMap(({ invisible }) => (invisible ? [invisible] : []));

describe("invisible characters", () => {
  it("shows blanks at the edges and leaves those between words alone", () => {
    expect(names(" a b ")).toEqual(["SP", "SP"]);
  });

  it.each([
    ["\ufeffa", "BOM"],
    ["a\u200bb", "ZWSP"],
    ["a\u00a0b", "NBSP"],
    ["a\r", "CR"],
    ["a\u0000b", "NUL"],
    ["a\u202eb", "RLO"],
    ["a\u3000b", "U+3000"],
    ["a\u0007b", "U+0007"],
  ])("names what %j hides", (text, name) => {
    expect(names(text)).toContain(name);
  });

  it("loses no character", () => {
    const text = " a\u200b微信\r\n😀\u00a0 ";
    expect(
      showInvisible(text)
        .map((stretch) => stretch.text)
        .join(""),
    ).toBe(text);
  });
});
