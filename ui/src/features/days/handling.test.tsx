import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import type { DifferenceRow } from "../../ipc/model";
import { openWindow } from "../../testing/open-window";
import { NO_FILTER } from "./use-picked";

async function reconcile(search = "") {
  const opened = openWindow(`/days?date=2026-11-20${search}`);
  await userEvent.click(await screen.findByTestId("bill-choose"));
  await userEvent.click(await screen.findByTestId("day-run"));
  await screen.findAllByTestId("difference-row");
  return opened;
}

/** Which rows are ticked, by their places. */
const ticked = () =>
  screen
    .getAllByTestId("difference-row")
    .flatMap((row, place) => (within(row).getByRole<HTMLInputElement>("checkbox").checked ? [place] : []));

type Desk = Awaited<ReturnType<typeof reconcile>>["desk"];

/** The list as if it had so many that most of them are out of sight. */
async function showMany(desk: Desk) {
  const { rows } = await desk.dayDifferences("demo", "2026-11-20", NO_FILTER, 0, 1);
  const row = (place: number): DifferenceRow => ({
    ...(rows[0] as DifferenceRow),
    identity: String(place).padStart(32, "0"),
    out_trade_no: `T${place}`,
  });
  vi.spyOn(desk, "dayDifferences").mockImplementation(async (_profile, _date, filter, start, limit) => {
    if (filter.identity) return { total: 1, rows: [row(Number(filter.identity))] };
    return { total: 250, rows: Array.from({ length: Math.min(limit, 250 - start) }, (_, at) => row(start + at)) };
  });
  await userEvent.click(screen.getByTestId("class-bill_only"));
  await screen.findByText("T10");
}

describe("single differences", () => {
  it("are ticked one by one and handled together, and no other with them", async () => {
    const { desk } = await reconcile();
    const say = vi.spyOn(desk, "daySayMany");
    await userEvent.click(screen.getByLabelText("选中 SHOP20261120000001"));
    await userEvent.click(screen.getByLabelText("选中 SHOP20261120000003"));
    expect(screen.queryByTestId("difference")).toBeNull();
    await userEvent.click(screen.getByText("处理选中的 2 条"));
    const dialog = within(await screen.findByRole("dialog"));
    expect(dialog.getByText("处理选中的 2 条差异")).toBeTruthy();
    await userEvent.click(dialog.getByTestId("many-ignore"));
    expect(
      await screen.findByText("已处理 1 条，跳过 1 条（已不在列表里、无需处理、无法读取或已是这个状态）"),
    ).toBeTruthy();
    expect(say.mock.calls[0]?.[0]).toMatchObject({
      kind: "ignore",
      shown: null,
      among: ["1", "3"].map((place) => place.padStart(32, "0")),
    });
    await waitFor(() => expect(ticked()).toEqual([]));
  });

  it("that left the list since they were ticked keep what was said of them", async () => {
    const { desk } = await reconcile("&state=open");
    expect(screen.getAllByTestId("difference-row")).toHaveLength(2);
    await userEvent.click(screen.getByLabelText("选中 SHOP20261120000001"));
    await userEvent.click(screen.getByLabelText("选中 SHOP20261120000002"));
    await userEvent.click(screen.getAllByTestId("difference-row")[0] as HTMLElement);
    await userEvent.click(await screen.findByTestId("difference-resolve"));
    await waitFor(() => expect(screen.getAllByTestId("difference-row")).toHaveLength(1));
    await userEvent.click(screen.getByText("处理选中的 2 条"));
    await userEvent.click(within(await screen.findByRole("dialog")).getByTestId("many-ignore"));
    await screen.findByText(/已处理 1 条，跳过 1 条（已不在列表里/);
    const { rows } = await desk.dayDifferences("demo", "2026-11-20", NO_FILTER, 0, 10);
    expect(rows.map((row) => row.state)).toEqual(["resolved", "ignored", "expected"]);
  });

  it("are ticked by keys: Space one, Shift with the arrows as far as they go and back again", async () => {
    await reconcile();
    const user = userEvent.setup();
    await userEvent.click(screen.getAllByTestId("difference-row")[0] as HTMLElement);
    await user.keyboard(" ");
    expect(ticked()).toEqual([0]);
    await user.keyboard("{Shift>}{ArrowDown}");
    await waitFor(() => expect(ticked()).toEqual([0, 1]));
    await user.keyboard("{ArrowDown}");
    await waitFor(() => expect(ticked()).toEqual([0, 1, 2]));
    await user.keyboard("{ArrowUp}{/Shift}");
    await waitFor(() => expect(ticked()).toEqual([0, 1]));
    await user.keyboard(" ");
    await waitFor(() => expect(ticked()).toEqual([0]));
    await userEvent.click(screen.getByTestId("ticks-clear"));
    expect(ticked()).toEqual([]);
  });

  it("that left the list are not ticked by keys that go on from where they stood", async () => {
    await reconcile("&state=open");
    await userEvent.click(screen.getByLabelText("选中 SHOP20261120000002"));
    await userEvent.click(screen.getByText("处理选中的 1 条"));
    await userEvent.click(within(await screen.findByRole("dialog")).getByTestId("many-ignore"));
    await waitFor(() => expect(screen.getAllByTestId("difference-row")).toHaveLength(1));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    screen.getByText("SHOP20261120000001").focus();
    await userEvent.keyboard("{Shift>}{ArrowUp}{/Shift}");
    await waitFor(() => expect(ticked()).toEqual([0]));
    expect(screen.getByTestId("differences-say").textContent).toBe("处理选中的 1 条");
  });

  it("lose their ticks with the list that they were ticked in", async () => {
    await reconcile();
    await userEvent.click(screen.getByLabelText("选中 SHOP20261120000001"));
    expect(ticked()).toEqual([0]);
    expect(screen.getByTestId("differences-say").textContent).toBe("处理选中的 1 条");
    await userEvent.click(screen.getByTestId("class-bill_only"));
    await waitFor(() => expect(screen.getAllByTestId("difference-row")).toHaveLength(1));
    expect(screen.getByLabelText("选中 SHOP20261120000001")).toBeTruthy();
    expect(ticked()).toEqual([]);
    expect(screen.getByTestId("differences-say").textContent).toBe("全部处理");
  });
});

describe("while a difference is looked at", () => {
  it("Enter presses the button that has the focus", async () => {
    const { desk } = await reconcile();
    const say = vi.spyOn(desk, "daySay");
    await userEvent.click(screen.getAllByTestId("difference-row")[0] as HTMLElement);
    (await screen.findByTestId("difference-resolve")).focus();
    await userEvent.keyboard("{Enter}");
    await waitFor(() => expect(say).toHaveBeenCalledWith(expect.objectContaining({ kind: "resolve" })));
    expect(document.activeElement).not.toBe(screen.queryByTestId("difference-text"));
  });

  it("Space on a class chooses that class and ticks nothing", async () => {
    await reconcile();
    await userEvent.click(screen.getAllByTestId("difference-row")[1] as HTMLElement);
    await screen.findByTestId("difference");
    within(screen.getByTestId("class-bill_only")).getByRole("button").focus();
    await userEvent.keyboard(" ");
    await waitFor(() => expect(screen.getByTestId("class-bill_only").getAttribute("aria-selected")).toBe("true"));
    await waitFor(() => expect(screen.getAllByTestId("difference-row")).toHaveLength(1));
    expect(ticked()).toEqual([]);
  });

  it("Enter on a row of the list goes on to the remark", async () => {
    await reconcile();
    await userEvent.click(screen.getAllByTestId("difference-row")[0] as HTMLElement);
    await screen.findByTestId("difference");
    screen.getByText("SHOP20261120000001", { selector: ".row-button" }).focus();
    await userEvent.keyboard("{Enter}");
    expect(document.activeElement).toBe(screen.getByTestId("difference-text"));
  });
});

describe("a list of two hundred and fifty", () => {
  it("begins a new run of ticks where a row was clicked", async () => {
    const { desk } = await reconcile();
    await showMany(desk);
    await userEvent.click(screen.getByText("T0"));
    const user = userEvent.setup();
    await user.keyboard("{Shift>}{ArrowDown}");
    await waitFor(() => expect(ticked()).toEqual([0, 1]));
    await user.keyboard("{ArrowDown}{/Shift}");
    await waitFor(() => expect(ticked()).toEqual([0, 1, 2]));
    await userEvent.click(screen.getByText("T10"));
    await user.keyboard("{Shift>}{ArrowUp}{/Shift}");
    await waitFor(() => expect(ticked()).toEqual([0, 1, 2, 9, 10]));
  });

  it("is walked through by keys after a tick by mouse, and Space ticks once what has the focus", async () => {
    const { desk } = await reconcile();
    await showMany(desk);
    const looked = () => screen.getByTestId("difference").textContent;
    await userEvent.click(screen.getByText("T3"));
    await waitFor(() => expect(looked()).toContain("T3"));
    await userEvent.click(screen.getByLabelText("选中 T5"));
    expect(ticked()).toEqual([5]);
    expect(document.activeElement).toBe(screen.getByLabelText("选中 T5"));
    const user = userEvent.setup();
    await user.keyboard("{ArrowDown}");
    await waitFor(() => expect(looked()).toContain("T4"));
    await user.keyboard(" ");
    await waitFor(() => expect(ticked()).toEqual([]));
    await user.keyboard("{Shift>}{ArrowDown}{/Shift}");
    await waitFor(() => expect(ticked()).toEqual([4, 5]));
    await user.keyboard("{Enter}");
    expect(document.activeElement).toBe(screen.getByTestId("difference-text"));
  });

  it("of which none is looked at begins with the row that was ticked by mouse, and Shift extends from it", async () => {
    const { desk } = await reconcile();
    await showMany(desk);
    const looked = () => screen.getByTestId("difference").textContent;
    const user = userEvent.setup();
    await userEvent.click(screen.getByLabelText("选中 T5"));
    expect(screen.queryByTestId("difference")).toBeNull();
    await user.keyboard("{ArrowDown}");
    await waitFor(() => expect(looked()).toContain("T5"));
    await user.keyboard("{ArrowDown}");
    await waitFor(() => expect(looked()).toContain("T6"));
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByTestId("difference")).toBeNull());
    await userEvent.click(screen.getByLabelText("选中 T9"));
    await user.keyboard("{Shift>}{ArrowUp}{/Shift}");
    await waitFor(() => expect(looked()).toContain("T8"));
    expect(ticked()).toEqual([5, 8, 9]);
  });
});

describe("a row that was unticked", () => {
  it("stays so when keys extend from it and come back", async () => {
    const { desk } = await reconcile();
    await showMany(desk);
    await userEvent.click(screen.getByLabelText("选中 T5"));
    await userEvent.click(screen.getByLabelText("选中 T5"));
    const user = userEvent.setup();
    await user.keyboard("{Shift>}{ArrowDown}");
    await waitFor(() => expect(ticked()).toEqual([6]));
    await user.keyboard("{ArrowDown}");
    await waitFor(() => expect(ticked()).toEqual([6, 7]));
    await user.keyboard("{ArrowUp}");
    await waitFor(() => expect(ticked()).toEqual([6]));
    await user.keyboard("{ArrowUp}{/Shift}");
    await waitFor(() => expect(ticked()).toEqual([]));
  });

  it("is not where the keys go on when another was ticked", async () => {
    const { desk } = await reconcile();
    await showMany(desk);
    for (const box of ["选中 T2", "选中 T9", "选中 T2"]) await userEvent.click(screen.getByLabelText(box));
    await userEvent.keyboard("{Shift>}{ArrowUp}{/Shift}");
    await waitFor(() => expect(ticked()).toEqual([8, 9]));
  });
});

describe("handling many", () => {
  it("tells how far it is and stops where it is told to, with what was handled by then", async () => {
    const { desk } = await reconcile();
    let stop = () => {};
    vi.spyOn(desk, "daySayMany").mockImplementation((_saying, onProgress) => {
      onProgress({ job: 7, done: 2, total: 3, rate_per_s: 1, rest_s: 1 });
      return new Promise((resolve) => {
        stop = () => resolve({ matching: 3, gone_through: 2, said: 1, end: "stopped" });
      });
    });
    const cancel = vi.spyOn(desk, "jobCancel").mockResolvedValue(null);
    await userEvent.click(screen.getByLabelText("选中 SHOP20261120000001"));
    await userEvent.click(screen.getByTestId("ticks-clear"));
    await userEvent.click(screen.getByTestId("differences-say"));
    const dialog = within(await screen.findByRole("dialog"));
    await userEvent.click(dialog.getByTestId("many-resolve"));
    const stopping = await dialog.findByTestId("sheet-stop", {}, { timeout: 10_000 });
    expect(dialog.getByText(/2 \/ 3 条/)).toBeTruthy();
    await userEvent.click(stopping);
    expect(cancel).toHaveBeenCalledWith(7);
    stop();
    expect(await screen.findByText("已停止：处理了 1 条，还有 1 条没有动")).toBeTruthy();
  });

  it("keeps its dialog and counts what it goes through, however short the list becomes meanwhile", async () => {
    const { desk } = await reconcile("&state=open");
    expect(screen.getAllByTestId("difference-row")).toHaveLength(2);
    let stop = () => {};
    vi.spyOn(desk, "daySayMany").mockImplementation((_saying, onProgress) => {
      onProgress({ job: 7, done: 1, total: 2, rate_per_s: 1, rest_s: 1 });
      return new Promise((resolve) => {
        stop = () => resolve({ matching: 2, gone_through: 1, said: 1, end: "stopped" });
      });
    });
    await userEvent.click(screen.getByTestId("differences-say"));
    const dialog = within(await screen.findByRole("dialog"));
    await userEvent.click(dialog.getByTestId("many-resolve"));
    const identities = ["1", "2"].map((place) => place.padStart(32, "0"));
    await desk.daySay({ profile: "demo", date: "2026-11-20", identities, kind: "resolve", text: "" });
    await screen.findByTestId("differences-none");
    expect(screen.getByText("处理列表里的 2 条差异")).toBeTruthy();
    await dialog.findByTestId("sheet-stop", {}, { timeout: 10_000 });
    stop();
    expect(await screen.findByText("已停止：处理了 1 条，还有 1 条没有动")).toBeTruthy();
    await waitFor(() => expect(screen.queryByTestId("say-many")).toBeNull());
  });
});
