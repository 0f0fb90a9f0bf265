import { SearchOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Input, type InputRef, Select } from "antd";
import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { DaysFilter } from "../../components/DaysFilter";
import { useProfileLabel } from "../../components/use-profile-label";
import { useActiveProfile, useStart } from "../../components/use-settings";
import type { OrderState, TradeType } from "../../ipc/model";
import { searchReadyQuery } from "../../ipc/queries";
import { AmountFilter } from "./AmountFilter";
import type { OrdersChange } from "./OrdersScreen";
import {
  ALL_MERCHANTS,
  FILTER_FLAGS,
  type FilterFlag,
  isNarrowed,
  ORDER_STATES,
  type OrdersSearch,
  TRADE_TYPES,
  withoutFilters,
} from "./orders-search";

type FiltersProps = { search: OrdersSearch; onChange: (part: OrdersChange, whole?: boolean) => void };

/** State, dates, amount, type, merchant and search in one row, as the address has them. */
export function OrdersFilters({ search, onChange }: FiltersProps) {
  const { t } = useTranslation();
  return (
    <div className="filters">
      <StateFilter search={search} onChange={onChange} />
      <DaysFilter from={search.from} to={search.to} onChange={(from, to) => onChange({ from, to })} />
      <AmountFilter min={search.min} max={search.max} onChange={(min, max) => onChange({ min, max })} />
      <Select<TradeType[]>
        mode="multiple"
        className="filter-type"
        maxTagCount={0}
        maxTagPlaceholder={() => summary(search.types, (type) => type)}
        allowClear
        showSearch={false}
        placeholder={t("orders.filter.type")}
        aria-label={t("orders.filter.type")}
        data-testid="filter-type"
        popupMatchSelectWidth={200}
        value={search.types ?? []}
        options={TRADE_TYPES.map((value) => ({ value, label: t(`tradeType.${value}`) }))}
        onChange={(types) => onChange({ types })}
      />
      <MerchantFilter search={search} onChange={onChange} />
      <SearchBox value={search.q ?? ""} onChange={(q) => onChange({ q })} />
      {isNarrowed(search) && (
        <Button type="link" onClick={() => onChange(withoutFilters(search), true)} data-testid="filter-clear">
          {t("orders.filter.clear")}
        </Button>
      )}
    </div>
  );
}

function summary<T>(chosen: readonly T[] | undefined, word: (one: T) => string): string {
  const [first] = chosen ?? [];
  if (!chosen || first === undefined) return "";
  return chosen.length === 1 ? word(first) : `${word(first)} +${chosen.length - 1}`;
}

function StateFilter({ search, onChange }: FiltersProps) {
  const { t } = useTranslation();
  const chosen = [...(search.states ?? []), ...(search.flags ?? [])];
  return (
    <Select<(OrderState | FilterFlag)[]>
      mode="multiple"
      className="filter-state"
      maxTagCount={0}
      maxTagPlaceholder={() => summary(chosen, (one) => t(`state.${one === "unverified" ? "UNVERIFIED" : one}`))}
      allowClear
      showSearch={false}
      placeholder={t("orders.filter.state")}
      aria-label={t("orders.filter.state")}
      data-testid="filter-state"
      popupMatchSelectWidth={200}
      listHeight={420}
      value={chosen}
      options={[
        {
          label: t("orders.filter.special"),
          options: FILTER_FLAGS.map((value) => ({
            value,
            label: t(`state.${value === "unverified" ? "UNVERIFIED" : value}`),
          })),
        },
        {
          label: t("orders.filter.state"),
          options: ORDER_STATES.map((value) => ({ value, label: t(`state.${value}`) })),
        },
      ]}
      onChange={(values) =>
        onChange({
          states: ORDER_STATES.filter((state) => values.includes(state)),
          flags: FILTER_FLAGS.filter((flag) => values.includes(flag)),
        })
      }
    />
  );
}

function MerchantFilter({ search, onChange }: FiltersProps) {
  const { t } = useTranslation();
  const { profiles } = useStart();
  const active = useActiveProfile();
  const nameOf = useProfileLabel();
  if (profiles.length < 2 && search.merchant === undefined) return null;
  return (
    <Select
      className="filter-merchant"
      aria-label={t("orders.filter.merchant")}
      data-testid="filter-merchant"
      popupMatchSelectWidth={200}
      value={search.merchant ?? active?.name ?? ALL_MERCHANTS}
      options={[
        { value: ALL_MERCHANTS, label: t("orders.filter.allMerchants") },
        ...profiles.map((profile) => ({ value: profile.name, label: nameOf(profile.name) })),
      ]}
      onChange={(merchant) => onChange({ merchant: merchant === active?.name ? undefined : merchant })}
    />
  );
}

const SEARCH_WAIT_MS = 250;

function SearchBox({ value, onChange }: { value: string; onChange: (q: string) => void }) {
  const { t } = useTranslation();
  const box = useRef<InputRef>(null);
  const reading = useQuery(searchReadyQuery()).isFetching;
  const [typed, setTyped] = useState(value);
  const [shown, setShown] = useState(value);
  const [sent, setSent] = useState<string | null>(null);
  if (shown !== value) {
    setShown(value);
    setSent(null);
    // What the box sent itself leaves what was typed since; Back, the palette and "clear" change it.
    if (value !== sent) setTyped(value);
  }
  const send = useCallback(() => {
    setSent(typed.trim());
    onChange(typed.trim());
  }, [typed, onChange]);
  useEffect(() => {
    if (typed.trim() === value) return;
    const timer = setTimeout(send, SEARCH_WAIT_MS);
    return () => clearTimeout(timer);
  }, [typed, value, send]);
  useSlashFocus(box);
  return (
    <Input
      ref={box}
      className="filter-search"
      prefix={<SearchOutlined />}
      suffix={reading ? <Reading /> : typed ? null : <kbd>/</kbd>}
      allowClear
      placeholder={t("orders.filter.search")}
      aria-label={t("common.search")}
      data-testid="filter-search"
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onPressEnter={send}
    />
  );
}

function Reading() {
  const { t } = useTranslation();
  return (
    <span className="quiet" role="status" title={t("orders.filter.readingWhy")} data-testid="search-reading">
      {t("orders.filter.reading")}
    </span>
  );
}

function useSlashFocus(box: { current: InputRef | null }): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.matches("input, textarea, [contenteditable]");
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      box.current?.focus();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [box]);
}
