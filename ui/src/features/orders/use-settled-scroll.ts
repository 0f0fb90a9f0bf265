import { type UIEvent, useCallback, useEffect, useRef } from "react";

/**
 * After the last scroll event of a list the grid has decided which of its two scroll bars leads; its own time for that is
 * 150 ms, and it counts from that bar's last event.
 */
const SETTLED_MS = 250;
const LIST = "ag-grid-viewport";
const BAR = "ag-body-vertical-scroll-viewport";

/**
 * For `onScrollCapture` of an element around a grid. The grid moves a bar of its own along with the list, and where frames are
 * slow it takes the late event of that bar for a person's hand and leaves out what the list itself says meanwhile: a jump right
 * after another then stays blank. So the grid is spared the events of a bar that stands where the list last said it was. And
 * for a bar that a hand has just left, the list says once more where it is as soon as nothing moves; that changes nothing where
 * nothing was left out.
 */
export function useSettledScroll(): (event: UIEvent<HTMLElement>) => void {
  const timer = useRef<number | undefined>(undefined);
  const saying = useRef(false);
  const listTop = useRef(0);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  return useCallback((event) => {
    const moved = event.target as HTMLElement;
    if (moved.classList.contains(LIST)) listTop.current = moved.scrollTop;
    else if (moved.classList.contains(BAR) && Math.abs(moved.scrollTop - listTop.current) < 1) event.stopPropagation();
    if (saying.current) return;
    const around = event.currentTarget;
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      saying.current = true;
      around.querySelector(`.${LIST}`)?.dispatchEvent(new Event("scroll"));
      saying.current = false;
    }, SETTLED_MS);
  }, []);
}
