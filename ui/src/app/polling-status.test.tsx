import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { FakeDesk } from "../ipc/fake";
import type { Profile, Vault } from "../ipc/model";
import { openWindow } from "../testing/open-window";

/** Makes a merchant of the person's own the one in use. */
function ownMerchant(key: boolean) {
  return ({ world }: FakeDesk) => {
    const [builtin] = world.profiles;
    const api_key = { set: key, tail: null, fingerprint: null };
    const own = { ...builtin, name: "shop", builtin: false, environment: "production", api_key } as Profile;
    world.profiles.push(own);
    world.settings.active_profile = own.name;
  };
}
const LOCKED: Partial<Vault> = { mode: "passphrase", state: "locked", keyring: "absent" };

describe("the polling at the top", () => {
  it("turns amber with words when the gateway is stopped, and back when it runs again", async () => {
    const { desk } = openWindow("/orders");
    expect((await screen.findByTestId("polling")).dataset.blocked).toBeUndefined();
    await desk.simulatorStop();
    await waitFor(() => expect(screen.getByTestId("polling").dataset.blocked).toBe("gateway"));
    expect(screen.getByTestId("polling").textContent).toContain("网关已停，查询发不出");
    expect(screen.getByTestId("polling").textContent).not.toContain("下一次");
    await desk.simulatorStart();
    await waitFor(() => expect(screen.getByTestId("polling").textContent).toContain("轮询中"));
  });

  it("leads to where the gateway can be started", async () => {
    const { desk } = openWindow("/orders");
    await screen.findByTestId("polling");
    await desk.simulatorStop();
    await waitFor(() => expect(screen.getByTestId("polling").dataset.blocked).toBe("gateway"));
    await userEvent.click(screen.getByTestId("polling"));
    await screen.findByTestId("sim-start");
  });

  it.each([
    ["vault", true, LOCKED],
    ["key", false, {}],
  ] as const)("says so when the %s of the merchant in use is missing", async (why, key, vault) => {
    openWindow("/orders", { vault }, ownMerchant(key));
    await waitFor(() => expect(screen.getByTestId("polling").dataset.blocked).toBe(why));
  });

  it.each(["unreachable", "too_often", "key_refused"] as const)(
    "says when the gateway of the merchant in use is %s",
    async (why) => {
      openWindow("/orders", {}, (desk) => {
        ownMerchant(true)(desk);
        desk.world.heldBack = why;
      });
      await waitFor(() => expect(screen.getByTestId("polling").dataset.blocked).toBe(why));
    },
  );

  it("says that the other city is asked while the own one cannot be reached", async () => {
    openWindow("/orders", {}, (desk) => {
      ownMerchant(true)(desk);
      desk.world.otherCity = true;
    });
    await waitFor(() => expect(screen.getByTestId("polling").textContent).toContain("api2"));
  });

  it("tells to the keyboard what is being asked about, when the next question comes and why", async () => {
    const number = "20261120150405000122222222";
    openWindow("/orders", {}, (desk) => {
      ownMerchant(true)(desk);
      desk.world.underWay = ["20261120150405000111111111", number];
    });
    (await screen.findByTestId("polling")).focus();
    await userEvent.keyboard("{Enter}");
    const told = await screen.findByTestId("polling-asked");
    await waitFor(() => expect(told.textContent).toContain("正在查询 2 笔"));
    expect(told.textContent).toContain(`最近问的${number}`);
    expect(told.textContent).toMatch(/下一次查单\d+ 单待查 \d{4}-\d\d-\d\d \d\d:\d\d:\d\d · (下一次|正在查询)/);
    expect(told.textContent).toContain("还没有最终结果：程序按间隔阶梯继续查询");
    expect(told.querySelector("[title*='正在查询']")).toBeNull();
    await userEvent.tab();
    expect(document.activeElement?.textContent).toBe(number);
    await userEvent.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByTestId("polling-asked")).toBeNull());
    expect(document.activeElement).toBe(screen.getByTestId("polling"));
  });

  it("does not mind a stopped gateway when another merchant is in use", async () => {
    const { desk } = openWindow("/orders", {}, ownMerchant(true));
    await desk.simulatorStop();
    expect((await screen.findByTestId("polling")).textContent).toContain("轮询中");
  });
});
