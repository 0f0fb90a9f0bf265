import { create } from "zustand";
import { persist } from "zustand/middleware";

/** What differences are called: neutrally, or as the merchant's books see them. */
export type Viewpoint = "neutral" | "own";

type LayoutPrefs = {
  navFolded: boolean;
  toggleNav: () => void;
  viewpoint: Viewpoint;
  setViewpoint: (viewpoint: Viewpoint) => void;
};

/** How this window is laid out; everything else lives in the URL or in the core. */
export const useLayoutPrefs = create<LayoutPrefs>()(
  persist(
    (set) => ({
      navFolded: false,
      toggleNav: () => set((prefs) => ({ navFolded: !prefs.navFolded })),
      viewpoint: "neutral",
      setViewpoint: (viewpoint) => set({ viewpoint }),
    }),
    { name: "layout" },
  ),
);
