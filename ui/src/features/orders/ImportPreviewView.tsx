import { Radio, Select } from "antd";
import { useTranslation } from "react-i18next";
import { RefusalText, useRefusalWords } from "../../components/RefusalText";
import type { ImportPreview } from "../../ipc/model";
import { ORDER_STATES } from "./orders-search";
import { FIELDS, type ImportJob, ofSheet, REFUND_FIELDS, type SheetField, withColumn, withState } from "./use-import";

/** States that a file may say; the others are this program's own. */
const FILE_STATES = ORDER_STATES.filter((state) => !["CREATING", "CREATE_FAILED", "UNVERIFIED"].includes(state));

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
      <PreviewTable job={job} shown={shown} table={table} />
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

function PreviewTable({ job, shown, table }: PartProps) {
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
            {shown.columns.map((column, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place; titles repeat.
              <th key={place}>
                <span className="import-title">{column.title}</span>
                <Select
                  size="small"
                  className="import-field"
                  aria-label={`${t("sheets.readAs")} ${column.title}`}
                  data-testid={`import-field-${place}`}
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
              {shown.columns.map((_, place) => {
                const damage = row.damaged.find((cell) => cell.place === place)?.refusal;
                return (
                  <td
                    // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its place.
                    key={place}
                    className={damage && "import-damaged"}
                    title={damage && words(damage)}
                  >
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
