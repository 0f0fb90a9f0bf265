import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { openWindow } from "../../testing/open-window";
import { readLadder, writeLadder } from "./ladder";

describe("the ladder of queries", () => {
  it("reads what it writes, with Chinese commas too", () => {
    const steps = [5, 10, 30, 60, 180, 600, 1800];
    expect(readLadder(writeLadder(steps))).toEqual(steps);
    expect(readLadder("5，10、30")).toEqual([5, 10, 30]);
  });

  it.each(["", "0", "5, x", "1.5", "86401", "-5", Array(21).fill("5").join(",")])("refuses %j", (text) => {
    expect(readLadder(text)).toBeNull();
  });
});

describe("settings", () => {
  it("change the language of the whole window at once", async () => {
    const { desk } = openWindow("/settings");
    await userEvent.click(await screen.findByText("English"));
    await waitFor(() => expect(screen.getByTestId("nav-orders").textContent).toContain("Orders"));
    expect(desk.world.settings.language).toBe("en");
    expect(document.documentElement.lang).toBe("en");
  });

  it("change the theme of the document", async () => {
    openWindow("/settings");
    await userEvent.click(await screen.findByText("深色"));
    await waitFor(() => expect(document.documentElement.dataset.theme).toBe("dark"));
    expect(document.documentElement.style.getPropertyValue("--canvas")).toBe("#14171A");
  });

  it("keep whether what newly needs a person is said on the desktop", async () => {
    const { desk } = openWindow("/settings");
    const choice = await screen.findByTestId("settings-notify-alarms");
    expect(choice.getAttribute("aria-checked")).toBe("true");
    await userEvent.click(choice);
    await waitFor(() => expect(desk.world.settings.notify_alarms).toBe(false));
    expect(choice.getAttribute("aria-checked")).toBe("false");
  });

  it("say where there is no tray icon why, and nothing where there is one", async () => {
    const { unmount } = openWindow("/settings");
    await screen.findByTestId("settings-notify-alarms");
    expect(screen.queryByTestId("settings-tray-missing")).toBeNull();
    unmount();
    openWindow("/settings", {}, ({ world }) => {
      world.tray = "no_library";
    });
    expect((await screen.findByTestId("settings-tray-missing")).textContent).toContain("libayatana-appindicator3-1");
  });

  it("remove a merchant only with the token of the core's dialog", async () => {
    const { desk } = openWindow("/settings");
    desk.world.personAgrees = false;
    await userEvent.click(await screen.findByTestId("merchant-remove"));
    expect(desk.world.profiles).toHaveLength(1);
    desk.world.personAgrees = true;
    await userEvent.click(await screen.findByTestId("merchant-remove"));
    await waitFor(() => expect(desk.world.profiles).toHaveLength(0));
  });

  it("import a certificate, and ask for its password only where the merchant number does not open it", async () => {
    const { desk } = openWindow("/settings");
    await screen.findByTestId("merchant-row");
    const own = { ...desk.world.profiles[0], name: "门店", builtin: false } as (typeof desk.world.profiles)[0];
    desk.world.profiles.push(own);
    desk.world.changed(["profiles"]);
    desk.world.p12Password = "another one";
    await userEvent.click(await screen.findByTestId("certificate-import"));
    await userEvent.type(await screen.findByTestId("certificate-password"), "wrong");
    await userEvent.click(screen.getByTestId("certificate-open"));
    await screen.findByTestId("error-view");
    expect(screen.queryByTestId("certificate-until")).toBeNull();
    await userEvent.clear(screen.getByTestId("certificate-password"));
    await userEvent.type(screen.getByTestId("certificate-password"), "another one");
    await userEvent.click(screen.getByTestId("certificate-open"));
    expect((await screen.findByTestId("certificate-until")).textContent).toContain("有效至");
    expect(screen.queryByTestId("certificate-password")).toBeNull();
  });

  it("begin a new merchant in the first field, not at the cross that closes the dialog", async () => {
    openWindow("/settings");
    await userEvent.click(await screen.findByTestId("settings-add-merchant"));
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId("merchant-name")));
    const first = screen.getByTestId("merchant-form").querySelector("input");
    expect(first).toBe(screen.getByTestId("merchant-name"));
  });

  it("keep a rate that is out of range from being stored", async () => {
    const { desk } = openWindow("/settings");
    const user = userEvent.setup();
    const rate = await screen.findByTestId("settings-poll_rate_per_s");
    await user.clear(rate);
    await user.type(rate, "0");
    await user.click(screen.getByTestId("settings-save"));
    expect(await screen.findByText("填写 1–1000 的整数")).toBeTruthy();
    expect(desk.world.settings.poll_rate_per_s).toBe(10);
  });

  it("say that a vault is broken, what that means, and offer no passphrase for it", async () => {
    const detail = "vault.json is older than the one that was opened last";
    openWindow("/settings", { vault: { state: "broken", detail } });
    await screen.findByTestId("top-vault-broken");
    expect(screen.getByTestId("vault-broken").textContent).toContain(detail);
    expect(screen.getByTestId("vault-state").dataset.state).toBe("broken");
    expect(screen.queryByTestId("vault-unlock")).toBeNull();
  });

  it("lock a passphrase vault and show that everywhere", async () => {
    openWindow("/settings", { vault: { mode: "passphrase", state: "open", keyring: "absent" } });
    await userEvent.click(await screen.findByTestId("vault-lock"));
    await screen.findByTestId("vault-locked");
    expect(screen.getByTestId("vault-state").dataset.state).toBe("locked");
  });
});
