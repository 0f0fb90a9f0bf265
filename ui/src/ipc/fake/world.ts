import { IpcFailure } from "../failure";
import type {
  Alarm,
  AppStart,
  Changed,
  ChosenBill,
  ErrorCode,
  FaultPlan,
  Goods,
  Listener,
  NoticeView,
  OrderDetail,
  OrderState,
  Overview,
  Profile,
  RefundRow,
  Settings,
  ShopStep,
  SimulatorExchange,
  SimulatorNotice,
  SimulatorRefund,
  SimulatorScenarios,
  Vault,
} from "../model";

export type FakeOrder = OrderDetail["order"];
export type FakeOptions = {
  /** Nothing set up yet: the window begins with the first choice. */
  firstStart?: boolean;
  /** How many orders there are to begin with. */
  orders?: number;
  vault?: Partial<Vault>;
  /** Whether orders change by themselves. */
  moving?: boolean;
  /** The moment that counts as now when the orders are made. */
  now?: number;
};

/** Everything that the desk in memory knows. */
export class World {
  readonly #listeners = new Set<(changed: Changed) => void>();
  readonly #trayListeners = new Set<() => void>();
  tray: AppStart["tray"] = "shown";
  settings: Settings;
  vault: Vault;
  profiles: Profile[] = [];
  orders: FakeOrder[] = [];
  /** What needs a person beside the marks of the orders. */
  alarms: Alarm[] = [];
  goods: Goods[] = [];
  notices: SimulatorNotice[] = [];
  refunds: SimulatorRefund[] = [];
  /** Refunds as the desk knows them. */
  ownRefunds: RefundRow[] = [];
  listener: Listener | null = null;
  received: NoticeView[] = [];
  /** The newest first. */
  shopSteps: ShopStep[] = [];
  traffic: SimulatorExchange[] = [];
  /** Numbers of orders whose payer is being asked for the password. */
  passwords = new Set<string>();
  faults: FaultPlan = { seed: "1", rules: [] };
  /** How often each rule of a fault happened. */
  fired = new Map<string, number>();
  scenarios: SimulatorScenarios = {
    playing: null,
    taken: 0,
    steps: 0,
    refused: 0,
    due_count: 0,
    due: [],
    done: [],
  };
  clock = { ahead_ms: 0, scale: 1 };
  tls = false;
  snapshots = new Map<number, FakeOrder[]>();
  running = false;
  heldBack: Overview["held_back"] = null;
  otherCity = false;
  /** Orders that are being asked about, the latest last. */
  underWay: string[] = [];
  requests = 0;
  /** Steers what `confirm` answers, as the person at the dialog would. */
  personAgrees = true;
  /** What the next certificate opens with; null is the merchant number. */
  p12Password: string | null = null;
  cancelled = new Set<number>();
  /** The bills that were chosen or dropped, and the names of those that found no room. */
  chosenBills: ChosenBill[] = [];
  leftOut: string[] = [];

  constructor(options: FakeOptions) {
    this.vault = { mode: "none", state: "absent", keyring: "usable", detail: "", ...options.vault };
    this.settings = {
      language: "zh-CN",
      theme: "system",
      poll_rate_per_s: 10,
      simulator_poll_rate_per_s: 2000,
      poll_ladder_s: [5, 10, 30, 60, 180, 600, 1800],
      expire_days: 7,
      close_expired: true,
      out_trade_no_prefix: "",
      scene: "0001",
      notify_alarms: true,
      active_profile: null,
    };
  }

  listen(listener: (changed: Changed) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(tags: Changed["tags"], ids: string[] = []): void {
    for (const listener of this.#listeners) listener({ tags, ids });
  }

  onTray(listener: () => void): () => void {
    this.#trayListeners.add(listener);
    return () => this.#trayListeners.delete(listener);
  }

  /** What a person does in the tray. */
  askInTray(): void {
    for (const listener of this.#trayListeners) listener();
  }

  order(outTradeNo: string): FakeOrder {
    const order = this.orders.find((one) => one.out_trade_no === outTradeNo);
    if (!order) throw refusal("not_found", `no order ${outTradeNo}`);
    return order;
  }
}

/** A failure as the core would report it. */
export function refusal(code: ErrorCode, message: string, field: string | null = null): IpcFailure {
  return new IpcFailure({ code, message, message_zh: null, retry: "no", trace: "fake-0001", field, gateway: null });
}

/** Random numbers that are the same in every run. */
export function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** States from which an order still moves. */
export const OPEN_STATES: readonly OrderState[] = ["CREATING", "NOTPAY", "USERPAYING", "ACCEPT"];
