import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Money } from "../../components/Money";
import type { DayDetail } from "../../ipc/model";
import { AGREEING, CLASSES, type DaysSearch } from "./days-search";
import { useClassWord } from "./use-class-word";

type DayClassesProps = {
  day: DayDetail;
  search: DaysSearch;
  onSearch: (part: { [K in keyof DaysSearch]?: DaysSearch[K] | undefined }) => void;
};

/** The classes with their counts and sums, and where differences concentrate. */
export function DayClasses({ day, search, onSearch }: DayClassesProps) {
  const chosen = search.class;
  const { t, i18n } = useTranslation();
  const word = useClassWord();
  const number = new Intl.NumberFormat(i18n.language);
  const found = CLASSES.flatMap((name) => {
    const sums = day.outcome?.classes.find((one) => one.class === name);
    return sums ? [{ name, ...sums }] : [];
  });
  return (
    <div className="day-classes">
      <table className="list-table" data-testid="day-classes">
        <thead>
          <tr>
            <th>{t("days.class")}</th>
            <th className="right">{t("days.count")}</th>
            <th className="right">{t("days.open")}</th>
            <th className="right">{t("days.bill")}</th>
            <th className="right">{t("days.local")}</th>
            <th className="right">{t("days.difference")}</th>
          </tr>
        </thead>
        <tbody>
          {found.map((row) => {
            const agrees = AGREEING.some((one) => one === row.name);
            const next = row.name === chosen ? undefined : row.name;
            return (
              <tr
                key={row.name}
                className={`choosable${row.name === chosen ? " chosen" : ""}${agrees ? " quiet" : ""}`}
                aria-selected={row.name === chosen}
                onClick={() => onSearch({ class: next })}
                data-testid={`class-${row.name}`}
                data-count={row.count}
              >
                <td>
                  <button
                    type="button"
                    className="row-button"
                    title={agrees ? t("days.matchedWhy") : undefined}
                    onClick={(event) => {
                      event.stopPropagation();
                      onSearch({ class: next });
                    }}
                  >
                    {word(row.name)}
                  </button>
                </td>
                <td className="right figures">{number.format(row.count)}</td>
                <td className="right figures">{agrees ? "—" : number.format(row.open)}</td>
                <td className="right">
                  <Money fen={row.bill_fen} />
                </td>
                <td className="right">
                  <Money fen={row.local_fen} />
                </td>
                <td className="right">
                  <Money fen={row.local_fen - row.bill_fen} />
                </td>
              </tr>
            );
          })}
          {day.outcome && day.outcome.sums.fee_count > 0 && (
            <Fees outcome={day.outcome} isChosen={chosen === "fee_diff"} onSearch={onSearch} />
          )}
        </tbody>
      </table>
      <Concentrations day={day} search={search} onSearch={onSearch} />
    </div>
  );
}

type FeesProps = {
  outcome: NonNullable<DayDetail["outcome"]>;
  isChosen: boolean;
  onSearch: DayClassesProps["onSearch"];
};

/** Fees that are off: a mark beside the classes, so that nothing of it is open. */
function Fees({ outcome, isChosen, onSearch }: FeesProps) {
  const { t, i18n } = useTranslation();
  const choose = () => onSearch({ class: isChosen ? undefined : "fee_diff" });
  return (
    <tr
      className={isChosen ? "choosable chosen" : "choosable"}
      aria-selected={isChosen}
      onClick={choose}
      data-testid="class-fee_diff"
      data-count={outcome.sums.fee_count}
    >
      <td>
        <button
          type="button"
          className="row-button"
          title={t("days.feesWhy")}
          onClick={(event) => {
            event.stopPropagation();
            choose();
          }}
        >
          {t("days.classes.fee_diff")}
        </button>
      </td>
      <td className="right figures">{new Intl.NumberFormat(i18n.language).format(outcome.sums.fee_count)}</td>
      <td className="right figures">—</td>
      <td className="right figures">—</td>
      <td className="right figures">—</td>
      <td className="right figures">
        <span className="quiet">{t("days.feeGap")}</span> {outcome.sums.fee_gap_yuan}
      </td>
    </tr>
  );
}

/** Where the differences concentrate; each place narrows the list to itself. */
function Concentrations({ day, search, onSearch }: DayClassesProps) {
  const { t, i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language);
  if (day.concentrations.length === 0) return null;
  return (
    <div className="concentrations" data-testid="concentrations">
      <span className="quiet">{t("days.concentrated")}</span>
      {day.concentrations.map(({ dimension, value, count }) => {
        const isChosen = search.by === dimension && search.value === value;
        return (
          <button
            key={`${dimension} ${value}`}
            type="button"
            className={isChosen ? "chip chip-button chosen" : "chip chip-button"}
            aria-pressed={isChosen}
            data-testid={`concentration-${dimension}-${value}`}
            onClick={() => onSearch(isChosen ? { by: undefined, value: undefined } : { by: dimension, value })}
          >
            {t(`days.dimension.${dimension}`, { value })} · <span className="figures">{number.format(count)}</span>
          </button>
        );
      })}
      {search.by && (
        <Button size="small" type="text" onClick={() => onSearch({ by: undefined, value: undefined })}>
          {t("days.concentratedAll")}
        </Button>
      )}
    </div>
  );
}
