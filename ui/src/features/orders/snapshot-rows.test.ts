import type { IGetRowsParams, SortModelItem } from "ag-grid-community";
import { describe, expect, it, vi } from "vitest";
import { IpcFailure } from "../../ipc/failure";
import type { ErrorCode, OrderRow, OrderSort } from "../../ipc/model";
import { SnapshotRows } from "./snapshot-rows";

const NEWEST: OrderSort = { by: "created_at", descending: true };
const BY_AMOUNT: OrderSort = { by: "total_fee", descending: false };

function asked(startRow: number, endRow: number, sortModel: SortModelItem[] = []) {
  const successCallback = vi.fn();
  const failCallback = vi.fn();
  const params = { startRow, endRow, sortModel, successCallback, failCallback } as unknown as IGetRowsParams;
  return { params, successCallback, failCallback };
}

const failure = (code: ErrorCode) =>
  new IpcFailure({ code, message: "", message_zh: null, retry: "no", trace: "t", field: null, gateway: null });
const rowsFrom = async (snapshot: number, start: number, end: number) =>
  Array.from({ length: end - start }, (_, at) => ({ out_trade_no: `${snapshot}-${start + at}` }) as OrderRow);

function source(read = rowsFrom) {
  const onGone = vi.fn();
  const onFailure = vi.fn();
  return { rows: new SnapshotRows(vi.fn(read), onGone, onFailure), onGone, onFailure };
}

describe("rows of a snapshot", () => {
  it("are asked for within the snapshot and tell the grid where the list ends", async () => {
    const { rows } = source();
    const { params, successCallback } = asked(100, 200);
    rows.show({ snapshot: 5, count: 130, sort: NEWEST });
    rows.getRows(params);
    await vi.waitFor(() => expect(successCallback).toHaveBeenCalled());
    const [given, last] = successCallback.mock.calls[0] ?? [];
    expect(given).toHaveLength(30);
    expect(given[0].out_trade_no).toBe("5-100");
    expect(last).toBe(130);
  });

  it("wait until the core has opened a snapshot", async () => {
    const { rows } = source();
    const { params, successCallback } = asked(0, 100);
    rows.getRows(params);
    expect(successCallback).not.toHaveBeenCalled();
    rows.show({ snapshot: 1, count: 3, sort: NEWEST });
    await vi.waitFor(() => expect(successCallback.mock.calls[0]?.[0]).toHaveLength(3));
  });

  it("in the old order never answer a question in the new one", async () => {
    const { rows } = source();
    rows.show({ snapshot: 1, count: 3, sort: NEWEST });
    const byAmount = asked(0, 100, [{ colId: "total_fee", sort: "asc" }]);
    rows.getRows(byAmount.params);
    expect(byAmount.successCallback).not.toHaveBeenCalled();
    rows.show({ snapshot: 2, count: 3, sort: BY_AMOUNT });
    await vi.waitFor(() => expect(byAmount.successCallback.mock.calls[0]?.[0][0].out_trade_no).toBe("2-0"));
  });

  it("that nobody will sort that way any more are given up", () => {
    const { rows } = source();
    const stale = asked(0, 100, [{ colId: "state", sort: "asc" }]);
    rows.getRows(stale.params);
    rows.show({ snapshot: 1, count: 3, sort: NEWEST });
    expect(stale.failCallback).toHaveBeenCalledOnce();
  });

  it("of a snapshot that the core has forgotten have it opened again, without an error on screen", async () => {
    const { rows, onGone, onFailure } = source(() => Promise.reject(failure("not_found")));
    const { params, failCallback } = asked(0, 100);
    rows.show({ snapshot: 1, count: 3, sort: NEWEST });
    rows.getRows(params);
    await vi.waitFor(() => expect(onGone).toHaveBeenCalledOnce());
    expect(failCallback).toHaveBeenCalledOnce();
    expect(onFailure).not.toHaveBeenCalled();
  });

  it("that cannot be read are reported and not asked for again by themselves", async () => {
    const { rows, onGone, onFailure } = source(() => Promise.reject(failure("store_unavailable")));
    const { params } = asked(0, 100);
    rows.show({ snapshot: 1, count: 3, sort: NEWEST });
    rows.getRows(params);
    await vi.waitFor(() => expect(onFailure).toHaveBeenCalledOnce());
    expect(onGone).not.toHaveBeenCalled();
  });

  it("are the first ones until the snapshot is there, and end with them", async () => {
    const read = vi.fn(rowsFrom);
    const { rows } = source(read);
    const waiting = asked(0, 100);
    rows.getRows(waiting.params);
    const first = [{ out_trade_no: "first" } as OrderRow];
    rows.show({ first, count: 1, sort: NEWEST });
    await vi.waitFor(() => expect(waiting.successCallback).toHaveBeenCalledWith(first, 1));
    const beyond = asked(100, 200);
    rows.getRows(beyond.params);
    await vi.waitFor(() => expect(beyond.successCallback).toHaveBeenCalledWith([], 1));
    expect(read).not.toHaveBeenCalled();
    rows.show({ snapshot: 5, count: 130, sort: NEWEST });
    const again = asked(0, 100);
    rows.getRows(again.params);
    await vi.waitFor(() => expect(again.successCallback.mock.calls[0]?.[0][0].out_trade_no).toBe("5-0"));
  });

  it("that are the first in the old order never answer a question in the new one", async () => {
    const { rows } = source();
    rows.show({ first: [{ out_trade_no: "first" } as OrderRow], count: 1, sort: NEWEST });
    const byAmount = asked(0, 100, [{ colId: "total_fee", sort: "asc" }]);
    rows.getRows(byAmount.params);
    expect(byAmount.successCallback).not.toHaveBeenCalled();
    rows.show({ snapshot: 2, count: 3, sort: BY_AMOUNT });
    await vi.waitFor(() => expect(byAmount.successCallback.mock.calls[0]?.[0][0].out_trade_no).toBe("2-0"));
  });

  it("beyond the end are none", async () => {
    const { rows } = source();
    const { params, successCallback } = asked(200, 300);
    rows.show({ snapshot: 1, count: 130, sort: NEWEST });
    rows.getRows(params);
    await vi.waitFor(() => expect(successCallback).toHaveBeenCalledWith([], 130));
  });

  it("are read one window ahead in the direction of the scroll, each once", async () => {
    const read = vi.fn(rowsFrom);
    const { rows } = source(read);
    rows.show({ snapshot: 5, count: 1000, sort: NEWEST });
    for (const start of [0, 100, 400, 300, 200]) {
      const { params, successCallback } = asked(start, start + 100);
      rows.getRows(params);
      await vi.waitFor(() => expect(successCallback.mock.calls[0]?.[0][0].out_trade_no).toBe(`5-${start}`));
    }
    await vi.waitFor(() =>
      expect(read.mock.calls.map(([, start]) => start)).toEqual([0, 100, 200, 400, 500, 300, 200, 100]),
    );
  });

  it("that were read ahead are of their snapshot only, and end where it ends", async () => {
    const read = vi.fn(rowsFrom);
    const { rows } = source(read);
    rows.show({ snapshot: 5, count: 130, sort: NEWEST });
    rows.getRows(asked(0, 100).params);
    await vi.waitFor(() => expect(read).toHaveBeenLastCalledWith(5, 100, 130));
    rows.show({ snapshot: 6, count: 130, sort: NEWEST });
    const { params, successCallback } = asked(100, 200);
    rows.getRows(params);
    await vi.waitFor(() => expect(successCallback.mock.calls[0]?.[0][0].out_trade_no).toBe("6-100"));
  });

  it("that could not be read ahead are read when they are asked for", async () => {
    const read = vi.fn(rowsFrom);
    read.mockImplementationOnce(rowsFrom).mockImplementationOnce(() => Promise.reject(failure("store_unavailable")));
    const onFailure = vi.fn();
    const rows = new SnapshotRows(read, vi.fn(), onFailure);
    rows.show({ snapshot: 5, count: 200, sort: NEWEST });
    rows.getRows(asked(0, 100).params);
    await vi.waitFor(() => expect(read).toHaveBeenCalledTimes(2));
    await Promise.resolve();
    const { params, successCallback } = asked(100, 200);
    rows.getRows(params);
    await vi.waitFor(() => expect(successCallback.mock.calls[0]?.[0][0].out_trade_no).toBe("5-100"));
    expect(onFailure).not.toHaveBeenCalled();
  });
});
