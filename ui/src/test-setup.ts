import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeAll, expect, vi } from "vitest";
import { startWords } from "./i18n";

// jsdom has no layout: these stand for a window of fixed size that nobody resizes.
class StillObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}
vi.stubGlobal("ResizeObserver", StillObserver);
vi.stubGlobal("matchMedia", (query: string) => ({
  matches: false,
  media: query,
  addEventListener() {},
  removeEventListener() {},
  addListener() {},
  removeListener() {},
}));
// jsdom walks every rule of antd's style sheets for each computed style; nothing here depends on more than inline style.
vi.stubGlobal("getComputedStyle", (element: HTMLElement) => element.style);
window.scrollTo = () => {};
HTMLElement.prototype.scrollIntoView = () => {};

// The machine may be compiling something large at the same time.
configure({ asyncUtilTimeout: 15_000 });
beforeAll(() => startWords());
// The grid only reports a module that was not registered on the console; such a report fails the test that met it.
const reports: string[] = [];
vi.spyOn(console, "error").mockImplementation((...words: unknown[]) => {
  reports.push(words.map(String).join(" "));
});
afterEach(() => {
  cleanup();
  expect(reports.splice(0).filter((report) => report.includes("AG Grid"))).toEqual([]);
});
