import { type RenderResult, render } from "@testing-library/react";
import i18next from "i18next";
import { App } from "../app/App";
import { connectTo } from "../ipc/client";
import { type FakeDesk, fakeDesk } from "../ipc/fake";
import type { FakeOptions } from "../ipc/fake/world";

export type OpenWindow = RenderResult & { desk: FakeDesk };

/** The whole window over a desk in memory, at a place of its address. */
export function openWindow(
  place: string | ((desk: FakeDesk) => string),
  options: FakeOptions = {},
  prepare?: (desk: FakeDesk) => void,
): OpenWindow {
  const desk = fakeDesk({ orders: 40, ...options });
  prepare?.(desk);
  connectTo(desk);
  window.location.hash = typeof place === "string" ? place : place(desk);
  void i18next.changeLanguage("zh-CN");
  return Object.assign(render(<App />), { desk });
}
