import { Button, Radio, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { RefusalText, useRefusalWords } from "../../components/RefusalText";
import type { ImportPreview } from "../../ipc/model";
import { ORDER_STATES } from "./orders-search";
import { FIELDS, type ImportJob, ofSheet, REFUND_FIELDS, type SheetField, withColumn, withState } from "./use-import";

/** States that a file may say; the others are this program's own. */
const FILE_STATES = ORDER_STATES.filter((state) => !["CREATING", "CREATE_FAILED", "UNVERIFIED"].includes(state));

/** So many columns are shown at first, and at each further step; a sheet may have 16 384, more than a window draws. */
const COLUMNS_SHOWN = 60;

/** Where a refund of a file may stand, as the file says. */
const REFUND_STATES = ["PROCESSING", "SUCCESS", "CHANGE", "REFUNDCLOSE"] as const;

type PartProps = {
  /** What the rows of the file are. */
  table?: "orders" | "refunds";
  /** Who takes what a person says about the file. */
  job: Pick<ImportJob, "looking" | "say">;
  shown: ImportPreview;
};

/** The first rows of a file, each column with what it is read as, and what only a person can say. */
export function ImportPreviewView({ job, shown, table = "orders" }: PartProps) {
  const { t } = useTranslation();
  return (
    <>
      <p className="import-shape" data-testid="import-shape">
        <strong>{shown.file_name}</strong>{" "}
        <span className="quiet">
          {t("sheets.shape", { encoding: shown.encoding, line: shown.header_line, count: shown.rows.length })}
          {shown.is_saved_mapping && ` · ${t("sheets.savedMapping")}`}
        </span>
        {shown.sheet_names.length > 1 && (
          <Select
            size="small"
            aria-label={t("sheets.sheet")}
            data-testid="import-sheet"
            disabled={job.looking}
            popupMatchSelectWidth={false}
            value={shown.mapping.sheet ?? shown.sheet_names[0] ?? null}
            options={shown.sheet_names.map((name) => ({ value: name, label: name }))}
            onChange={(sheet) => job.say(ofSheet(shown.mapping, sheet))}
          />
        )}
      </p>
      <PreviewColumns key={`${shown.file_name} ${shown.mapping.sheet ?? ""}`} job={job} shown={shown} table={table} />
      <UnitQuestion job={job} shown={shown} />
      <StateQuestions job={job} shown={shown} table={table} />
      {shown.problem && (
        <div className="import-problem" data-testid="import-problem">
          <p>{t(table === "refunds" ? "sheets.refundsProblem" : "sheets.problem")}</p>
          <p className="tone-red">
            <RefusalText refusal={shown.problem} />
          </p>
        </div>
      )}
    </>
  );
}

/** A column with its place in the file; titles repeat. */
type PlacedColumn = ImportPreview["columns"][number] & { place: number };

/** The columns that are read and the first ones; any other on request. */
function PreviewColumns({ shown, ...props }: PartProps) {
  const [first, setFirst] = useState(COLUMNS_SHOWN);
  const [sought, setSought] = useState<readonly number[]>([]);
  const columns = shown.columns.map((column, place) => ({ ...column, place }));
  const isShown = ({ field, place }: PlacedColumn) => place < first || field !== null || sought.includes(place);
  return (
    <>
      <PreviewTable shown={shown} columns={columns.filter(isShown)} {...props} />
      <HiddenColumns
        hidden={columns.filter((column) => !isShown(column))}
        onMore={() => setFirst(first + COLUMNS_SHOWN)}
        onSeek={(place) => setSought([...sought, place])}
      />
    </>
  );
}

function PreviewTable({ job, shown, columns, table }: PartProps & { columns: PlacedColumn[] }) {
  const { t } = useTranslation();
  const words = useRefusalWords();
  const fields: readonly SheetField[] = table === "refunds" ? REFUND_FIELDS : FIELDS;
  const isOffered = (field: string): field is SheetField => fields.some((one) => one === field);
  const label = (field: string) => (isOffered(field) ? t(`sheets.field.${field}`) : field);
  return (
    <div className="import-rows">
      <table data-testid="import-table">
        <thead>
          <tr>
            <th />
            {columns.map((column) => (
              <th key={column.place}>
                <span className="import-title">{column.title}</span>
                <Select
                  size="small"
                  className="import-field"
                  aria-label={`${t("sheets.readAs")} ${column.title}`}
                  data-testid={`import-field-${column.place}`}
                  disabled={job.looking}
                  popupMatchSelectWidth={160}
                  value={column.field ?? ""}
                  options={[
                    { value: "", label: t("sheets.ignored") },
                    ...fields.map((value) => ({ value: value as string, label: label(value) })),
                    ...(column.field && !isOffered(column.field) ? [{ value: column.field, label: column.field }] : []),
                  ]}
                  onChange={(field) => job.say(withColumn(shown.mapping, column.title, field || null))}
                />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.rows.map((row) => (
            <tr key={row.line}>
              <td className="quiet figures">{row.line}</td>
              {columns.map(({ place }) => {
                const damage = row.damaged.find((cell) => cell.place === place)?.refusal;
                return (
                  <td key={place} className={damage && "import-damaged"} title={damage && words(damage)}>
                    {row.cells[place]}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

type HiddenProps = { hidden: PlacedColumn[]; onMore: () => void; onSeek: (place: number) => void };

/** The way to the columns that are not shown: the next ones, or one by its title. */
function HiddenColumns({ hidden, onMore, onSeek }: HiddenProps) {
  const { t } = useTranslation();
  if (hidden.length === 0) return null;
  return (
    <div className="import-question" data-testid="import-hidden">
      <span>{t("sheets.hiddenColumns", { count: hidden.length })}</span>
      <Button size="small" data-testid="import-more" onClick={onMore}>
        {t("sheets.moreColumns", { count: Math.min(COLUMNS_SHOWN, hidden.length) })}
      </Button>
      <Select
        size="small"
        className="import-field"
        showSearch={{ optionFilterProp: "label" }}
        aria-label={t("sheets.seekColumn")}
        data-testid="import-seek"
        placeholder={t("sheets.seekColumn")}
        popupMatchSelectWidth={240}
        value={null}
        options={hidden.map(({ title, place }) => ({ value: place, label: `${place + 1} ${title}` }))}
        onChange={(place: number | null) => place !== null && onSeek(place)}
      />
    </div>
  );
}

function UnitQuestion({ job, shown }: PartProps) {
  const { t } = useTranslation();
  if (!shown.needs_unit && shown.mapping.unit === null) return null;
  return (
    <div className="import-question" data-testid="import-unit">
      <span>{t("sheets.unit")}</span>
      <Radio.Group
        value={shown.mapping.unit}
        disabled={job.looking}
        onChange={(event) => job.say({ ...shown.mapping, unit: event.target.value })}
        options={[
          { value: "yuan", label: t("sheets.yuan") },
          { value: "fen", label: t("sheets.fen") },
        ]}
      />
      <span className="quiet">{t(shown.likely_unit === "yuan" ? "sheets.unitLikely" : "sheets.unitAsk")}</span>
    </div>
  );
}

function StateQuestions({ job, shown, table }: PartProps) {
  const { t } = useTranslation();
  const states =
    table === "refunds"
      ? REFUND_STATES.map((value) => ({ value: value as string, label: t(`refund.state.${value}`) }))
      : FILE_STATES.map((value) => ({ value: value as string, label: t(`state.${value}`) }));
  const words = [...shown.mapping.states.map((state) => state.word), ...shown.unknown_states];
  if (words.length === 0) return null;
  return (
    <div className="import-question" data-testid="import-states">
      <span>{t("sheets.states")}</span>
      {words.map((word) => (
        <span key={word} className="import-word">
          {word}
          <Select
            size="small"
            className="import-field"
            aria-label={word}
            placeholder={t("sheets.stateUnknown")}
            disabled={job.looking}
            popupMatchSelectWidth={200}
            value={shown.mapping.states.find((state) => state.word === word)?.state ?? null}
            options={states}
            onChange={(state) => state && job.say(withState(shown.mapping, word, state))}
          />
        </span>
      ))}
    </div>
  );
}
