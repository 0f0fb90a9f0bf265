import type { Desk } from "./desk";
import { tauriDesk } from "./tauri";

let connected: Desk | undefined;

/** Chooses what answers the window: the core, or in a plain browser under `npm run dev` a desk in memory. */
export async function connect(): Promise<void> {
  if (import.meta.env.DEV && !("__TAURI_INTERNALS__" in window)) {
    const { fakeDesk } = await import("./fake");
    connected = fakeDesk({ moving: true });
    return;
  }
  connected = tauriDesk();
}

/** Puts a given desk behind the window; tests use it. */
export function connectTo(desk: Desk): void {
  connected = desk;
}

/** The desk that answers. It throws before `connect` because no screen is drawn before that. */
export function desk(): Desk {
  if (!connected) throw new Error("the window is not connected to the core");
  return connected;
}
