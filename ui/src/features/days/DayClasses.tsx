import { useTranslation } from "react-i18next";
import { Money } from "../../components/Money";
import type { DayDetail } from "../../ipc/model";
import { CLASSES, type DifferenceClass } from "./days-search";
import { useClassWord } from "./use-class-word";

type DayClassesProps = {
  day: DayDetail;
  chosen: DifferenceClass | undefined;
  onChoose: (value: DifferenceClass | undefined) => void;
};

const AGREEING: readonly string[] = ["matched", "refund_matched"];

/** The classes with their counts and sums, and where differences concentrate. */
export function DayClasses({ day, chosen, onChoose }: DayClassesProps) {
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
            const agrees = AGREEING.includes(row.name);
            const next = row.name === chosen ? undefined : row.name;
            return (
              <tr
                key={row.name}
                className={agrees ? "quiet" : row.name === chosen ? "chosen choosable" : "choosable"}
                aria-selected={row.name === chosen}
                onClick={agrees ? undefined : () => onChoose(next)}
                data-testid={`class-${row.name}`}
                data-count={row.count}
              >
                <td>
                  {agrees ? (
                    word(row.name)
                  ) : (
                    <button type="button" className="row-button" onClick={() => onChoose(next)}>
                      {word(row.name)}
                    </button>
                  )}
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
        </tbody>
      </table>
      {day.concentrations.length > 0 && (
        <p className="quiet" data-testid="concentrations">
          {t("days.concentrated")}{" "}
          {day.concentrations.map((most) => (
            <span key={`${most.dimension} ${most.value}`} className="chip">
              {t(`days.dimension.${most.dimension}`, { value: most.value })} · {number.format(most.count)}
            </span>
          ))}
        </p>
      )}
    </div>
  );
}
