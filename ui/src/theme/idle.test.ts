import { expect, test } from "vitest";

const sheets = import.meta.glob<string>("./*.css", { query: "?raw", import: "default", eager: true });
const sources = import.meta.glob<string>(["../**/*.{ts,tsx}", "!../**/*.test.*", "!../ipc/fake/**"], {
  query: "?raw",
  import: "default",
  eager: true,
});

test("nothing moves by itself: a window at rest costs nothing", () => {
  expect(Object.keys(sheets).length).toBeGreaterThan(3);
  for (const [name, css] of Object.entries(sheets))
    expect([name, css.match(/@keyframes|animation(-name)?:|infinite/g)]).toEqual([name, null]);
});

test("nothing is asked for by the clock: the core's events say when", () => {
  expect(Object.keys(sources).length).toBeGreaterThan(50);
  for (const [name, source] of Object.entries(sources))
    expect([name, source.match(/setInterval|refetchInterval|requestAnimationFrame/g)]).toEqual([name, null]);
});
