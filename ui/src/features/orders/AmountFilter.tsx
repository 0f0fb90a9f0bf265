import { useMutation } from "@tanstack/react-query";
import { Button, Input, Popover } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { desk } from "../../ipc/client";
import { asFailure } from "../../ipc/failure";
import { fenAsTyped, formatYuan } from "../../lib/money";

type AmountFilterProps = {
  min: number | undefined;
  max: number | undefined;
  onChange: (min: number | undefined, max: number | undefined) => void;
};

type Typed = { min: string; max: string };
class WrongOrder extends Error {}

/** Both ends through the core's one parser of money, so that the window never turns text into an amount. */
async function parse(typed: Typed) {
  const fenOf = async (text: string) => {
    if (text.trim() === "") return undefined;
    return (await desk().amountParse(text.trim(), "yuan")).fen;
  };
  const [min, max] = await Promise.all([fenOf(typed.min), fenOf(typed.max)]);
  if (min !== undefined && max !== undefined && min > max) throw new WrongOrder();
  return { min, max };
}

/** A range of amounts in yuan; what it says is written on its button. */
export function AmountFilter({ min, max, onChange }: AmountFilterProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState<Typed>({ min: "", max: "" });
  const apply = useMutation({
    mutationFn: parse,
    onSuccess: (range) => {
      onChange(range.min, range.max);
      setOpen(false);
    },
  });
  const show = (next: boolean) => {
    if (next) {
      setTyped({ min: min === undefined ? "" : fenAsTyped(min), max: max === undefined ? "" : fenAsTyped(max) });
      apply.reset();
    }
    setOpen(next);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    apply.mutate(typed);
  };
  const set = min !== undefined || max !== undefined;
  const label = set
    ? `${min === undefined ? "" : formatYuan(min)} – ${max === undefined ? "" : formatYuan(max)}`
    : t("orders.filter.amountAny");
  const form = (
    <form className="amount-filter" onSubmit={submit}>
      <div className="amount-filter-ends">
        <Input
          autoFocus
          inputMode="decimal"
          placeholder={t("orders.filter.amountMin")}
          aria-label={t("orders.filter.amountMin")}
          data-testid="filter-amount-min"
          value={typed.min}
          onChange={(event) => setTyped({ ...typed, min: event.target.value })}
        />
        <span aria-hidden="true">–</span>
        <Input
          inputMode="decimal"
          placeholder={t("orders.filter.amountMax")}
          aria-label={t("orders.filter.amountMax")}
          data-testid="filter-amount-max"
          value={typed.max}
          onChange={(event) => setTyped({ ...typed, max: event.target.value })}
        />
      </div>
      {apply.isError && <p className="field-error">{t(complaintOf(apply.error))}</p>}
      <div className="form-foot">
        <Button type="primary" htmlType="submit" data-testid="filter-amount-apply">
          {t("orders.filter.amountApply")}
        </Button>
        <Button
          onClick={() => {
            onChange(undefined, undefined);
            setOpen(false);
          }}
        >
          {t("common.clear")}
        </Button>
      </div>
    </form>
  );
  return (
    <Popover open={open} onOpenChange={show} trigger="click" placement="bottomLeft" content={form} destroyOnHidden>
      <Button className={set ? "filter-amount filter-set figures" : "filter-amount"} data-testid="filter-amount">
        {label}
      </Button>
    </Popover>
  );
}

function complaintOf(error: Error) {
  if (error instanceof WrongOrder) return "orders.filter.amountOrder";
  const { code } = asFailure(error);
  return code === "input_invalid" ? "orders.filter.amountBad" : (`error.${code}.what` as const);
}
