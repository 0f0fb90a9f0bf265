import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import type { FakeDesk } from "../../ipc/fake";
import { openWindow } from "../../testing/open-window";

const FILES = ["1900000001_1.csv", "1900000001_2.csv"];

/** The day as if its bill came in two files, with one row of each list on the second line of both. */
function inTwoFiles(fake: FakeDesk) {
  const [matched, fees] = [fake.dayMatched, fake.dayFees];
  const twice = <Row,>({ rows }: { rows: Row[] }) => ({
    total: 2,
    rows: rows.slice(0, 1).flatMap((row) => FILES.map((bill_file) => ({ ...row, bill_line: 2, bill_file }))),
  });
  fake.dayMatched = async (...of) => twice(await matched(...of));
  fake.dayFees = async (...of) => twice(await fees(...of));
}

describe("a row of a day whose bill came in two files", () => {
  it.each([
    ["matched", "matched-row"],
    ["fee_diff", "fee-row"],
  ])("of %s is named by its file beside its line", async (list, row) => {
    const reported = vi.spyOn(console, "error");
    openWindow("/days?date=2026-11-20", {}, inTwoFiles);
    await userEvent.click(await screen.findByTestId("bill-choose"));
    await userEvent.click(await screen.findByTestId("day-run"));
    await userEvent.click(await screen.findByTestId(`class-${list}`));
    const rows = await screen.findAllByTestId(row);
    expect(rows).toHaveLength(2);
    for (const [place, file] of FILES.entries()) expect(rows[place]?.textContent).toContain(`第 2 行 · ${file}`);
    // React tells so of rows that it takes for one.
    expect(reported.mock.calls.join()).not.toContain("same key");
  });
});
