import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import i18next from "i18next";
import { describe, expect, it, vi } from "vitest";
import { openWindow } from "../../testing/open-window";
import { pick } from "../../testing/pick";
import { withColumn, withState } from "./use-import";

describe("a file of orders", () => {
  it("cannot be imported before the amount and its unit are said, and names every refused row", async () => {
    const { desk } = openWindow("/orders");
    const run = vi.spyOn(desk, "importRun");
    await userEvent.click(await screen.findByTestId("orders-import"));
    const table = await screen.findByTestId("import-table");
    expect(within(table).getByText("1.23E+17").title).toContain("精度已丢失");
    expect(screen.getByTestId<HTMLButtonElement>("import-run").disabled).toBe(true);
    const problem = () => within(screen.getByTestId("import-problem")).getByTestId("refusal");
    expect(problem().textContent).toContain("没有表头写明商户订单号和金额");
    await pick(screen.getByTestId("import-field-1"), "订单金额");
    await waitFor(() => expect(problem().dataset.code).toBe("sheet_unit_needed"));
    fireEvent.click(within(await screen.findByTestId("import-unit")).getByText("元"));
    await waitFor(() => expect(screen.queryByTestId("import-problem")).toBeNull());
    fireEvent.click(screen.getByTestId("import-run"));
    const result = await screen.findByTestId("import-result");
    expect(result.dataset).toMatchObject({ added: "2", refused: "1" });
    expect(result.textContent).toContain("refused.csv");
    const refused = within(result).getByTestId("refusal");
    expect(refused.dataset.code).toBe("cell_precision_lost");
    expect(refused.parentElement?.textContent).toMatch(/^第 3 行 商户订单号“1.23E\+17”：精度已丢失/);
    await i18next.changeLanguage("en");
    await waitFor(() => expect(refused.textContent).toMatch(/^商户订单号 "1.23E\+17": precision lost/));
    expect(run.mock.calls[0]?.[0]).toMatchObject({
      keep_mapping: true,
      mapping: { unit: "yuan", columns: [{ field: "total_fee", title: "实收" }] },
    });
  });

  it("of hundreds of columns shows those that are read and the first ones, and any other on request", async () => {
    const { desk } = openWindow("/orders");
    const look = vi.spyOn(desk, "importPreview");
    const choose = desk.importChoose;
    vi.spyOn(desk, "importChoose").mockImplementation(async (profile) => {
      const shown = await choose(profile);
      if (!shown) throw new Error("the fake always chooses a file");
      const filled = (place: number) => shown.columns[place] ?? { title: `列${place + 1}`, field: null, unit: null };
      const columns = Array.from({ length: 400 }, (_, place) => filled(place));
      columns[399] = { title: "备注", field: "attach", unit: null };
      return { ...shown, columns };
    });
    await userEvent.click(await screen.findByTestId("orders-import"));
    const table = await screen.findByTestId("import-table");
    const count = () => within(table).getAllByRole("columnheader").length - 1;
    expect(count()).toBe(61);
    expect(within(table).getByTestId("import-field-399").textContent).toContain("attach");
    expect(screen.getByTestId("import-hidden").textContent).toContain("还有 339 列");
    await userEvent.click(screen.getByTestId("import-more"));
    expect(count()).toBe(121);
    await pick(screen.getByTestId("import-seek"), "122 列122");
    expect(count()).toBe(122);
    await pick(within(table).getByTestId("import-field-121"), "订单金额");
    expect(look.mock.calls[0]?.[1].columns).toEqual([{ field: "total_fee", title: "列122" }]);
  });

  it("is not asked about again where nothing was chosen", async () => {
    const { desk } = openWindow("/orders");
    vi.spyOn(desk, "importChoose").mockResolvedValue(null);
    await userEvent.click(await screen.findByTestId("orders-import"));
    await waitFor(() => expect(desk.importChoose).toHaveBeenCalled());
    expect(screen.queryByTestId("import-table")).toBeNull();
  });

  it("gets exactly the list on the screen, filter and sort", async () => {
    const { desk } = openWindow("/orders?by=total_fee&ascending=true&q=T");
    const write = vi.spyOn(desk, "ordersExport");
    await userEvent.click(await screen.findByTestId("orders-export"));
    await screen.findByText(/orders\.xlsx/);
    expect(write.mock.calls[0]?.slice(0, 2)).toMatchObject([{ search: "T" }, { by: "total_fee", descending: false }]);
  });

  it("keeps one column per field and one state per word", () => {
    const empty = { sheet: null, columns: [], unit: null, time: "written", states: [] } as const;
    const first = withColumn({ ...empty, columns: [], states: [] }, "实收", "total_fee");
    const second = withColumn(first, "总价", "total_fee");
    expect(second.columns).toEqual([{ field: "total_fee", title: "总价" }]);
    expect(withColumn(second, "总价", null).columns).toEqual([]);
    expect(withState(withState(first, "完成", "CLOSED"), "完成", "SUCCESS").states).toEqual([
      { word: "完成", state: "SUCCESS" },
    ]);
  });
});
