import { Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useActiveProfile, useStart } from "../components/use-settings";
import { FirstStart } from "../features/start/FirstStart";
import { useLiveQueries } from "../ipc/live";
import { Boundary } from "./Boundary";
import { CommandPalette } from "./CommandPalette";
import { Navigation } from "./Navigation";
import { SCREENS } from "./screens";
import { TopBar } from "./TopBar";

/** The frame around every screen, or the first choice before there is anything to frame. */
export function Window() {
  useLiveQueries();
  const { first_start } = useStart();
  const [skipped, setSkipped] = useState(false);
  if (first_start && !skipped) return <FirstStart onSkip={() => setSkipped(true)} />;
  return <Frame />;
}

function Frame() {
  const active = useActiveProfile();
  const { pathname } = useLocation();
  const [paletteOpen, setPaletteOpen] = useState(false);
  useFrameKeys(() => setPaletteOpen((open) => !open));
  const rehearsing = active !== null && active.environment !== "production" && active.environment !== "standby";
  return (
    <div className="frame">
      <Navigation />
      <div className="frame-main">
        <TopBar onPalette={() => setPaletteOpen(true)} />
        <div className={rehearsing ? "band band-hatched" : "band"} data-testid="environment-band" />
        <main className="frame-screen">
          <Boundary key={pathname}>
            <Outlet />
          </Boundary>
        </main>
      </div>
      {paletteOpen && <CommandPalette onClose={() => setPaletteOpen(false)} />}
    </div>
  );
}

/** Ctrl/Cmd-K for the palette, Alt with a digit for the screens. */
function useFrameKeys(togglePalette: () => void): void {
  const navigate = useNavigate();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        togglePalette();
        return;
      }
      const screen = event.altKey && /^[0-9]$/.test(event.key) ? SCREENS[(Number(event.key) + 9) % 10] : undefined;
      if (screen) {
        event.preventDefault();
        void navigate({ to: screen.to });
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [navigate, togglePalette]);
}
