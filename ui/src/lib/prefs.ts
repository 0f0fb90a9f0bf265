import { create } from "zustand";
import { persist } from "zustand/middleware";

type LayoutPrefs = { navFolded: boolean; toggleNav: () => void };

/** How this window is laid out; everything else lives in the URL or in the core. */
export const useLayoutPrefs = create<LayoutPrefs>()(
  persist((set) => ({ navFolded: false, toggleNav: () => set((prefs) => ({ navFolded: !prefs.navFolded })) }), {
    name: "layout",
  }),
);
