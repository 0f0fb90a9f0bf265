import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { openWindow } from "../../testing/open-window";
import { pick } from "../../testing/pick";

/** A core that reads its texts until the test says that they are read. */
function openReading() {
  const { desk } = openWindow("/orders");
  const waiting: (() => void)[] = [];
  const asked = vi
    .spyOn(desk, "ordersSearchReady")
    .mockImplementation(() => new Promise((resolve) => waiting.push(() => resolve(null))));
  return { asked, read: () => act(async () => waiting.shift()?.()) };
}

async function importTheFile() {
  await userEvent.click(screen.getByTestId("orders-import"));
  await pick(await screen.findByTestId("import-field-1"), "订单金额");
  fireEvent.click(within(await screen.findByTestId("import-unit")).getByText("元"));
  await waitFor(() => expect(screen.getByTestId<HTMLButtonElement>("import-run").disabled).toBe(false));
  fireEvent.click(screen.getByTestId("import-run"));
  await screen.findByTestId("import-result");
}

describe("the texts that searches look through", () => {
  it("are said to be read beside the search box until the core has read them", async () => {
    const { asked, read } = openReading();
    expect((await screen.findByTestId("search-reading")).textContent).toBe("读取中…");
    await userEvent.type(screen.getByTestId("filter-search"), "马克杯");
    expect(screen.queryByTestId("search-reading")).not.toBeNull();
    await read();
    await waitFor(() => expect(screen.queryByTestId("search-reading")).toBeNull());
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it("are read again after an import, which the box says too", async () => {
    const { asked, read } = openReading();
    await screen.findByTestId("search-reading");
    await read();
    await waitFor(() => expect(screen.queryByTestId("search-reading")).toBeNull());
    await importTheFile();
    await screen.findByTestId("search-reading");
    expect(asked).toHaveBeenCalledTimes(2);
    await read();
    await waitFor(() => expect(screen.queryByTestId("search-reading")).toBeNull());
  });
});
