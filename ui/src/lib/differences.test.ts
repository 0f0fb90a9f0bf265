import { describe, expect, it } from "vitest";
import { countDifferences, markDifferences } from "./differences";

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
    expect(countDifferences("ABCD", "AB")).toBe(2);
    expect(countDifferences("", "ABCD")).toBe(4);
  });

  it("tells upper from lower case, because a lower-case sign is wrong", () => {
    expect(countDifferences("ab", "AB")).toBe(2);
  });

  it("finds nothing in equal texts, also beyond the basic plane", () => {
    expect(countDifferences("微信😀", "微信😀")).toBe(0);
    expect(markDifferences("a😀", "a😁").at(-1)).toEqual({ text: "😀", differs: true });
  });
});
