import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { openWindow } from "../../testing/open-window";

const KEY = "0123456789abcdef0123456789abcdef";

async function fillMerchant(user: ReturnType<typeof userEvent.setup>) {
  await user.type(await screen.findByTestId("merchant-name"), "门店A");
  await user.type(screen.getByTestId("merchant-appid"), "wx0123456789abcdef");
  await user.type(screen.getByTestId("merchant-mch-id"), "1900000109");
  await user.type(screen.getByTestId("merchant-key"), KEY);
}

describe("the first start", () => {
  it("opens the orders of the built-in gateway after one click", async () => {
    const { desk } = openWindow("", { firstStart: true });
    await userEvent.click(await screen.findByTestId("first-start-try"));
    await screen.findByTestId("screen-orders");
    await waitFor(() =>
      expect(screen.getByTestId("orders-total").dataset.count).toBe(String(desk.world.orders.length)),
    );
    expect(screen.getByTestId("environment").dataset.environment).toBe("simulator");
    expect(screen.getByTestId("environment-band").className).toContain("band-hatched");
  });

  it("refuses a merchant whose numbers cannot be right, and adds nothing", async () => {
    const { desk } = openWindow("", { firstStart: true });
    const user = userEvent.setup();
    await user.click(await screen.findByTestId("first-start-add"));
    await user.type(await screen.findByTestId("merchant-mch-id"), "12");
    await user.click(screen.getByTestId("merchant-submit"));
    expect(await screen.findByText(/商户号是 8–10 位数字/)).toBeTruthy();
    expect(desk.world.profiles).toHaveLength(0);
  });

  it("adds a merchant and keeps its key out of the window from then on", async () => {
    const { desk, container } = openWindow("", { firstStart: true });
    const user = userEvent.setup();
    await user.click(await screen.findByTestId("first-start-add"));
    await fillMerchant(user);
    await user.click(screen.getByTestId("merchant-submit"));
    await screen.findByTestId("screen-orders");
    expect(desk.world.profiles[0]).toMatchObject({ name: "门店A", environment: "production", mch_id: "1900000109" });
    expect(container.ownerDocument.body.innerHTML).not.toContain(KEY);
    expect(screen.getByTestId("environment-band").className).not.toContain("band-hatched");
  });

  it("asks for a passphrase first where there is no keyring, and says why", async () => {
    const { desk } = openWindow("", { firstStart: true, vault: { mode: "passphrase", keyring: "absent" } });
    const user = userEvent.setup();
    await user.click(await screen.findByTestId("first-start-add"));
    expect((await screen.findByTestId("vault-why")).textContent).toContain("没有可用的系统钥匙串");
    await user.type(screen.getByTestId("vault-passphrase"), "correct horse");
    await user.type(screen.getByTestId("vault-repeat"), "correct house");
    await user.click(screen.getByTestId("vault-submit"));
    expect(await screen.findByText("两次输入的口令不一致")).toBeTruthy();
    expect(desk.world.vault.state).toBe("absent");
    await user.clear(screen.getByTestId("vault-repeat"));
    await user.type(screen.getByTestId("vault-repeat"), "correct horse");
    await user.click(screen.getByTestId("vault-submit"));
    await screen.findByTestId("merchant-form");
    expect(desk.world.vault.state).toBe("open");
  });

  it("lets somebody who only has a signature to check go straight to it", async () => {
    openWindow("", { firstStart: true });
    await userEvent.click(await screen.findByTestId("first-start-skip"));
    await screen.findByTestId("sig-input");
  });
});
