import type { Desk } from "../desk";
import type { SimulatorScenario } from "../model";
import { refusal, type World } from "./world";

type ScenarioCommands = Pick<Desk, Extract<keyof Desk, `simulatorScenario${string}`>>;

function scenario(name: string, words: Omit<SimulatorScenario, "name" | "toml">, rules: string): SimulatorScenario {
  const toml = `name = "${name}"\ntitle = "${words.title}"\ntitle_en = "${words.title_en}"\n\n${rules}\n`;
  return { name, ...words, toml };
}

const SHIPPED: SimulatorScenario[] = [
  scenario(
    "paid-after-3s",
    {
      title: "下单 3 秒后支付",
      title_en: "Paid three seconds after the order",
      about: "每个订单在下单 3 秒后由顾客全额支付，随后发出支付通知。",
      about_en: "Every order is paid in full three seconds after unifiedorder, and the notice follows.",
    },
    '[[rule]]\nsteps = [{ after = "3s", do = "pay" }]',
  ),
  scenario(
    "user-cancels",
    {
      title: "顾客取消支付",
      title_en: "The customer cancels",
      about: "顾客在 5 秒后取消：订单仍为 NOTPAY，可以关单。",
      about_en: "The customer turns away after five seconds: the order stays NOTPAY and can be closed.",
    },
    '[[rule]]\nsteps = [{ after = "5s", do = "cancel" }, { do = "leave" }]',
  ),
  scenario(
    "day-cut",
    {
      title: "日切前后支付",
      title_en: "Paid on both sides of midnight",
      about: "单数订单在当天 23:59:59 支付，双数订单在次日 00:00:01 支付；两笔分属两天的账单。",
      about_en: "Odd orders are paid at 23:59:59, even ones at 00:00:01, so that they belong to two bills.",
    },
    '[[rule]]\nmatch = { nth = "odd" }\nsteps = [{ at = "23:59:59", do = "pay" }]\n\n[[rule]]\nmatch = { nth = "even" }\nsteps = [{ at = "00:00:01", do = "pay" }]',
  ),
];

/** Scenarios of the gateway; nothing happens by itself here but what a test puts into the world. */
export function fakeScenarios(world: World): ScenarioCommands {
  const changed = () => {
    world.changed(["simulator"]);
    return { ...world.scenarios };
  };
  return {
    async simulatorScenariosShipped() {
      return SHIPPED;
    },
    async simulatorScenarios() {
      return { ...world.scenarios };
    },
    async simulatorScenarioPlay(toml) {
      const word = (name: string) => new RegExp(`^${name} = "(.*)"$`, "m").exec(toml)?.[1];
      const name = word("name");
      if (!name || !toml.includes("[[rule]]")) throw refusal("input_malformed", "场景文件第 1 行：缺少键 rule");
      const known = SHIPPED.find((one) => one.toml === toml);
      const own = { name, title: word("title") ?? "", title_en: word("title_en") ?? "", about: "", about_en: "", toml };
      world.scenarios = { ...world.scenarios, playing: known ?? own, taken: 0, steps: 0, refused: 0 };
      return changed();
    },
    async simulatorScenarioOpen() {
      return scenario("mine", { title: "我的场景", title_en: "Mine", about: "", about_en: "" }, "[[rule]]\nsteps = []");
    },
    async simulatorScenarioStop() {
      world.scenarios = { ...world.scenarios, playing: null, taken: 0, steps: 0, refused: 0, due_count: 0, due: [] };
      return changed();
    },
  };
}
