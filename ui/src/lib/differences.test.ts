import { describe, expect, it } from "vitest";
import { markDifferences } from "./differences";

describe("differences of two signs", () => {
  it("marks only the places that differ", () => {
    expect(markDifferences("9A0A86", "9A1A80")).toEqual([
      { text: "9A", differs: false },
      { text: "0", differs: true },
      { text: "A8", differs: false },
      { text: "6", differs: true },
    ]);
  });

  it("marks what one text is longer by", () => {
    expect(markDifferences("ABCD", "AB").at(-1)).toEqual({ text: "CD", differs: true });
  });

  it("tells upper from lower case, because a lower-case sign is wrong", () => {
    expect(markDifferences("ab", "AB")).toEqual([{ text: "ab", differs: true }]);
  });

  it("finds nothing in equal texts, also beyond the basic plane", () => {
    expect(markDifferences("微信😀", "微信😀")).toEqual([{ text: "微信😀", differs: false }]);
    expect(markDifferences("a😀", "a😁").at(-1)).toEqual({ text: "😀", differs: true });
  });
});
