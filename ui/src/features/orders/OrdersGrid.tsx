import {
  type CellFocusedEvent,
  type CellKeyDownEvent,
  CellStyleModule,
  type ColDef,
  ColumnApiModule,
  type FullWidthCellKeyDownEvent,
  type GetRowIdParams,
  type GridApi,
  InfiniteRowModelModule,
  ModuleRegistry,
  RenderApiModule,
  RowApiModule,
  type RowClickedEvent,
  RowSelectionModule,
  ScrollApiModule,
  type SortChangedEvent,
  ValidationModule,
} from "ag-grid-community";
import { AgGridReact } from "ag-grid-react";
import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useReport } from "../../components/use-report";
import { desk } from "../../ipc/client";
import type { OrderRow, OrderSort } from "../../ipc/model";
import { gridTheme } from "../../theme/grid";
import { orderColumns } from "./columns";
import { orderKey } from "./order-key";
import { type Shown, SnapshotRows } from "./snapshot-rows";
import { useSettledScroll } from "./use-settled-scroll";

ModuleRegistry.registerModules([
  InfiniteRowModelModule,
  RowApiModule,
  RenderApiModule,
  CellStyleModule,
  ColumnApiModule,
  ScrollApiModule,
  RowSelectionModule,
  ...(import.meta.env.DEV ? [ValidationModule] : []),
]);

/** Rows per request: three screens, so that a wheel turn meets what has already been read. */
const BLOCK_ROWS = 100;
const BLOCKS_KEPT = 8;
const DEFAULT_COLUMN: ColDef<OrderRow> = {
  sortable: true,
  sortingOrder: ["desc", "asc"],
  resizable: true,
  suppressHeaderMenuButton: true,
};

type OrdersGridProps = {
  /** What to show; null while the core has neither the list nor its first rows. */
  shown: Shown | null;
  /** What the address asks for, also before there is anything to show. */
  sort: OrderSort;
  /** Changes when the filter does; the list then starts at its top again. */
  filterKey: string;
  openKey: string | null;
  showMerchant: boolean;
  onSort: (by: OrderSort["by"], ascending: true | undefined) => void;
  onOpen: (order: OrderRow) => void;
  onGone: () => void;
};

/** A million rows at 32 px each; only those in sight and their neighbours are in memory. */
export function OrdersGrid(props: OrdersGridProps) {
  const { t, i18n } = useTranslation();
  const { sort, openKey, showMerchant, onSort, onOpen } = props;
  const api = useRef<GridApi<OrderRow> | null>(null);
  const rows = useSnapshotRows(props, api);
  const columns = useMemo(() => orderColumns(t, i18n.language, showMerchant), [t, i18n.language, showMerchant]);
  const initialSort = useRef(sort);
  const sorted = useMemo<ColDef<OrderRow>[]>(
    () =>
      columns.map((column) =>
        column.colId === initialSort.current.by
          ? { ...column, initialSort: initialSort.current.descending ? "desc" : "asc" }
          : column,
      ),
    [columns],
  );
  useOpenRowSelected(api, openKey);
  const onScroll = useSettledScroll();
  const open = (order: OrderRow | undefined) => order && onOpen(order);
  const onCellFocused = (event: CellFocusedEvent<OrderRow>) => {
    if (openKey === null || event.rowIndex === null) return;
    open(event.api.getDisplayedRowAtIndex(event.rowIndex)?.data);
  };
  return (
    <div className="orders-grid" data-testid="orders-grid" onScrollCapture={onScroll}>
      <AgGridReact<OrderRow>
        theme={gridTheme}
        columnDefs={sorted}
        rowModelType="infinite"
        datasource={rows}
        cacheBlockSize={BLOCK_ROWS}
        maxBlocksInCache={BLOCKS_KEPT}
        cacheOverflowSize={2}
        maxConcurrentDatasourceRequests={4}
        infiniteInitialRowCount={30}
        blockLoadDebounceMillis={30}
        rowBuffer={12}
        getRowId={rowId}
        rowSelection={{ mode: "singleRow", checkboxes: false, enableClickSelection: false }}
        suppressCellFocus={false}
        suppressColumnVirtualisation
        suppressMovableColumns
        suppressMultiSort
        animateRows={false}
        defaultColDef={DEFAULT_COLUMN}
        onGridReady={(event) => {
          api.current = event.api;
          event.api.setGridAriaProperty("label", t("orders.gridLabel"));
        }}
        onSortChanged={(event) => reportSort(event, onSort)}
        onRowClicked={(event: RowClickedEvent<OrderRow>) => open(event.data)}
        onCellKeyDown={(event) => isEnter(event) && open(event.data)}
        onCellFocused={onCellFocused}
      />
    </div>
  );
}

function rowId({ data }: GetRowIdParams<OrderRow>): string {
  return orderKey(data);
}

function isEnter(event: CellKeyDownEvent<OrderRow> | FullWidthCellKeyDownEvent<OrderRow>): boolean {
  return event.event instanceof KeyboardEvent && event.event.key === "Enter";
}

function reportSort(event: SortChangedEvent<OrderRow>, onSort: OrdersGridProps["onSort"]): void {
  if (event.source !== "uiColumnSorted") return;
  const column = event.api.getColumnState().find((state) => state.sort);
  if (column) onSort(column.colId as OrderSort["by"], column.sort === "asc" ? true : undefined);
}

/** Gives the grid its rows: a new filter starts at the top, a new snapshot of the same filter changes rows in place. */
function useSnapshotRows({ shown, filterKey, onGone }: OrdersGridProps, api: { current: GridApi<OrderRow> | null }) {
  const report = useReport();
  const handlers = useRef({ onGone, report });
  useEffect(() => {
    handlers.current = { onGone, report };
  });
  const rows = useMemo(
    () =>
      new SnapshotRows(
        (snapshot, start, end) => desk().ordersRows(snapshot, start, end),
        () => handlers.current.onGone(),
        (error) => handlers.current.report(error),
      ),
    [],
  );
  const lastShown = useRef<{ filterKey: string; sort: OrderSort } | null>(null);
  useEffect(() => {
    if (!shown) return;
    rows.show(shown);
    const last = lastShown.current;
    lastShown.current = { filterKey, sort: shown.sort };
    const grid = api.current;
    if (!grid || grid.isDestroyed()) return;
    if (followSort(grid, shown.sort) || !last) return;
    if (last.filterKey !== filterKey) startAtTop(grid);
    else if (last.sort.by === shown.sort.by && last.sort.descending === shown.sort.descending) {
      grid.setRowCount(shown.count, true);
      grid.refreshInfiniteCache();
    }
  }, [rows, shown, filterKey, api]);
  return rows;
}

/** Begins another list. Near the top its rows take the place of the old ones one for one, so that there is no blank in between. */
function startAtTop(grid: GridApi<OrderRow>): void {
  if (grid.getFirstDisplayedRowIndex() < BLOCK_ROWS) grid.refreshInfiniteCache();
  else grid.purgeInfiniteCache();
  if (grid.getDisplayedRowCount() > 0) grid.ensureIndexVisible(0, "top");
}

/** Shows in the headers a sort that came from the address; the grid then reads its rows anew. False when it showed it already. */
function followSort(grid: GridApi<OrderRow>, { by, descending }: OrderSort): boolean {
  const sort = descending ? "desc" : "asc";
  if (grid.getColumnState().some((column) => column.colId === by && column.sort === sort)) return false;
  grid.applyColumnState({ state: [{ colId: by, sort }], defaultState: { sort: null } });
  return true;
}

/** Marks the row of the order in the drawer, also when it scrolls into sight later. */
function useOpenRowSelected(api: { current: GridApi<OrderRow> | null }, openKey: string | null): void {
  useEffect(() => {
    const grid = api.current;
    if (!grid || grid.isDestroyed()) return;
    if (openKey === null) grid.deselectAll();
    else grid.getRowNode(openKey)?.setSelected(true, true);
  }, [api, openKey]);
}
