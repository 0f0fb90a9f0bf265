import { themeQuartz } from "ag-grid-community";

/** The order grid, drawn with the document's variables, so a change of theme needs no redraw. */
export const gridTheme = themeQuartz.withParams({
  accentColor: "var(--accent)",
  backgroundColor: "var(--surface)",
  foregroundColor: "var(--text)",
  borderColor: "var(--line)",
  headerBackgroundColor: "var(--surface)",
  headerTextColor: "var(--secondary)",
  headerFontWeight: 500,
  headerFontSize: 12,
  rowHoverColor: "var(--hover)",
  selectedRowBackgroundColor: "var(--selected)",
  oddRowBackgroundColor: "var(--surface)",
  fontFamily: "var(--font-text)",
  fontSize: 13,
  rowHeight: 32,
  headerHeight: 26,
  cellHorizontalPadding: 10,
  borderRadius: 0,
  wrapperBorderRadius: 0,
  wrapperBorder: false,
  columnBorder: false,
  browserColorScheme: "inherit",
});
