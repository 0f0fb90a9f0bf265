import { Radio } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { DayRequest, OwnAmounts } from "../../ipc/model";

export type Basis = DayRequest["basis"];

export const BASES: Basis[] = ["order", "settle", "cash"];

type BasisChoiceProps = {
  /** Nothing until a person, or what was done before, said it. */
  basis: Basis | null;
  onBasis: (basis: Basis) => void;
  /** How many amounts of the table equal each of WeChat's, where that was looked at. */
  seen: OwnAmounts | undefined;
};

/** Which of WeChat's amounts the merchant's table holds: each with what it is, and how many rows of the table equal it. */
export function BasisChoice({ basis, onBasis, seen }: BasisChoiceProps) {
  const { t } = useTranslation();
  const id = useId();
  const equal = (value: Basis) => seen?.equal.find((one) => one.basis === value)?.count ?? 0;
  const word = (value: Basis) => t(`days.basisWord.${value}`);
  const compared = seen?.compared ?? 0;
  const suggested = seen?.suggested ?? null;
  return (
    <div className="day-input day-basis">
      <span className="day-input-name" id={id}>
        {t("days.basis")}
      </span>
      <Radio.Group
        value={basis}
        onChange={(event) => onBasis(event.target.value)}
        aria-labelledby={id}
        data-testid="day-basis"
      >
        {BASES.map((value) => (
          <div key={value} className="day-basis-line" data-testid={`basis-${value}`}>
            <Radio value={value} aria-describedby={`${id}-${value}`}>
              {word(value)}
            </Radio>
            <span className="quiet" id={`${id}-${value}`}>
              {t(`days.basisMeans.${value}`)}
            </span>
            {compared > 0 && (
              <span className={value === suggested ? "figures tone-green" : "figures quiet"}>
                {t("days.basisEqual", { compared, equal: equal(value) })}
              </span>
            )}
          </div>
        ))}
      </Radio.Group>
      <p className="quiet day-basis-why" data-testid="basis-why">
        {suggested
          ? t("days.basisSuggested", { compared, equal: equal(suggested), basis: word(suggested) })
          : t(compared > 0 && BASES.every((value) => equal(value) === compared) ? "days.basisAlike" : "days.basisWhy")}
      </p>
    </div>
  );
}
