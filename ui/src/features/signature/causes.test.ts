import { describe, expect, it } from "vitest";
import type { SignatureReport } from "../../ipc/model";
import { causesOf, partsOf, withoutCauses } from "./causes";

type Found = [at: number, code: string, name?: string];

function report(pairs: Record<string, string>, found: Found[]): SignatureReport {
  const sorted = Object.keys(pairs).sort();
  const joined = sorted.map((name) => `${name}=${pairs[name]}`).join("&");
  return {
    fields: Object.entries(pairs).map(([name, value]) => ({ name, value, included: true, reason: null })),
    sorted,
    string_to_sign: `${joined}&key=••••6a2d`,
    invisible: found.map(([at, code, name = code]) => ({ at, code, name })),
  } as SignatureReport;
}

const short = (of: SignatureReport) =>
  causesOf(of).map(({ field, place, code, count }) => `${field} ${place} ${code} ${count}`);

describe("the cause of a mismatch", () => {
  it("is told by the field and the end at which a blank stands", () => {
    expect(short(report({ body: "test ", appid: "wx1" }, [[19, "U+0020"]]))).toEqual(["body end U+0020 1"]);
    expect(short(report({ body: " test", appid: "wx1" }, [[15, "U+0020"]]))).toEqual(["body start U+0020 1"]);
  });

  it("counts all blanks of an edge although the core names the edge once", () => {
    expect(short(report({ body: "test   " }, [[11, "U+0020"]]))).toEqual(["body end U+0020 3"]);
  });

  it("is found behind Chinese, whose characters have three bytes each", () => {
    expect(short(report({ attach: "门店", body: "测\u200b试" }, [[22, "U+200B"]]))).toEqual(["body inside U+200B 1"]);
  });

  it("is one for several characters of a kind at a place", () => {
    const body = "a\u200bb\u200bc";
    const found: Found[] = [
      [6, "U+200B"],
      [10, "U+200B"],
    ];
    expect(short(report({ body }, found))).toEqual(["body inside U+200B 2"]);
  });

  it("puts what nobody means before line feeds, and full-width letters, which can be seen, last", () => {
    const found: Found[] = [
      [2, "U+FF21"],
      [8, "U+000A"],
      [13, "U+0020"],
    ];
    const causes = causesOf(report({ a: "Ａ", b: "x\ny", c: "z " }, found));
    expect(causes.map((cause) => cause.code)).toEqual(["U+0020", "U+000A", "U+FF21"]);
  });

  it("says only the byte where the fields do not make up the string", () => {
    const odd = { ...report({ body: "test " }, [[9, "U+0020"]]), string_to_sign: "timeStamp=1&key=" };
    expect(partsOf(odd)).toBeNull();
    expect(causesOf(odd)[0]).toMatchObject({ place: "string", field: "", at: 9 });
    expect(withoutCauses(odd, causesOf(odd))).toBeNull();
  });

  it("can be taken out of the message, and nothing else with it", () => {
    const found = report({ attach: "a b", body: " test  " }, [
      [16, "U+0020"],
      [22, "U+0020"],
    ]);
    expect(JSON.parse(withoutCauses(found, causesOf(found)) ?? "")).toEqual({ attach: "a b", body: "test" });
  });
});
