import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { openWindow } from "../../testing/open-window";
import { handOver, leaveBehind, readSignatureSearch, takeOver } from "./handover";

const WRONG = `a=1&b=2&sign=${"0".repeat(32)}`;

const paste = async (text: string) =>
  fireEvent.change(await screen.findByTestId("sig-input"), { target: { value: text } });
const verdict = () => screen.getByTestId("sig-verdict");
const verdictIs = (word: string) => waitFor(() => expect(verdict().dataset.verdict).toBe(word));
const outcomeIs = (word: string) => waitFor(() => expect(verdict().dataset.outcome).toBe(word));

/** The stand-in sign of these fields, as the screen computes it. */
async function signOf(text: string): Promise<string> {
  await paste(text);
  let sign = "";
  await waitFor(() => {
    expect(screen.getByTestId("sig-string").textContent).toContain(text.split("&").sort().join("&"));
    sign = screen.getByTestId("sig-digest").textContent ?? "";
    expect(sign).toMatch(/^[0-9A-F]{32}$/);
  });
  return sign;
}

beforeEach(() => leaveBehind({ mode: "verify", input: "" }));

describe("the signature screen", () => {
  it("begins with the keyboard in the field to paste into", async () => {
    openWindow("/signature");
    const area = await screen.findByTestId("sig-input");
    expect(document.activeElement).toBe(area);
  });

  it("diagnoses while one types and marks where the two signs differ", async () => {
    openWindow("/signature");
    await paste(WRONG);
    await verdictIs("mismatch");
    await outcomeIs("unexplained");
    const differing = (id: string) =>
      [...screen.getByTestId(id).querySelectorAll("mark")].map((mark) => mark.textContent).join("").length;
    expect(differing("sig-given")).toBeGreaterThan(0);
    expect(differing("sig-given")).toBe(differing("sig-expected"));
    expect(verdict().textContent).toContain("不一致：未能复现");
    expect(verdict().textContent).toContain("12,345");
  });

  it("names the proven cause in the top line, both strings, and the line to change in the chosen language", async () => {
    openWindow("/signature");
    const sign = await signOf("body=test&mch_id=10000100");
    await paste(`body=test &mch_id=10000100&sign=${sign}`);
    await outcomeIs("explained");
    expect(verdict().textContent).toContain("不一致 · 确诊：body 首尾的空格在签名前被去掉了（D5）");
    expect(screen.getByTestId("sig-explanation").dataset.causes).toBe("D5");
    const row = (side: string) => screen.getByTestId("sig-beside").querySelector(`[data-side="${side}"]`);
    expect(row("left")?.textContent).toContain("body=test&mch_id=10000100");
    expect(row("left")?.querySelector(".gap")?.getAttribute("data-gap")).toBe(" ");
    expect(row("right")?.querySelector("mark mark.invisible")?.textContent).toBe("SP");
    expect(screen.getByTestId("sig-fix").textContent).toContain("array_filter");
    await userEvent.click(screen.getByText("Go"));
    expect(screen.getByTestId("sig-fix").textContent).toContain('if v == ""');
  });

  it("offers a redacted report to copy", async () => {
    openWindow("/signature");
    await paste(WRONG);
    await outcomeIs("unexplained");
    expect(screen.getByTestId("sig-copy-report").textContent).toContain("复制脱敏报告");
  });

  it("says what nothing found excludes and leads to the probe, which asks first and then sends once", async () => {
    const { desk } = openWindow("/signature");
    const confirm = vi.spyOn(desk, "confirm");
    const probe = vi.spyOn(desk, "keyProbe");
    await paste(WRONG);
    await outcomeIs("unexplained");
    expect(screen.getByTestId("sig-excluded").textContent).toContain("两个常见改动 10,000");
    desk.world.personAgrees = false;
    await userEvent.click(screen.getByTestId("sig-probe"));
    await waitFor(() => expect(confirm).toHaveBeenCalledWith("probe_key", "builtin"));
    expect(probe).not.toHaveBeenCalled();
    desk.world.personAgrees = true;
    await userEvent.click(screen.getByTestId("sig-probe"));
    expect((await screen.findByTestId("sig-probe-answer")).dataset.verdict).toBe("key_right");
    expect(probe).toHaveBeenCalledTimes(1);
  });

  it("says what a message of very many fields was too long for", async () => {
    openWindow("/signature");
    const fields = Array.from({ length: 25 }, (_, index) => `f${index}=v`).join("&");
    await paste(`${fields}&${WRONG}`);
    await outcomeIs("unexplained");
    expect(screen.getByTestId("sig-limits").textContent).toContain("没有尝试所有子集");
  });

  it("never probes by itself, and not at all with a key that was typed", async () => {
    const { desk } = openWindow("/signature");
    const probe = vi.spyOn(desk, "keyProbe");
    await userEvent.click(await screen.findByText("临时输入"));
    fireEvent.change(screen.getByTestId("sig-key-typed"), { target: { value: "k".repeat(32) } });
    await paste(WRONG);
    await outcomeIs("unexplained");
    expect(screen.getByTestId<HTMLButtonElement>("sig-probe").disabled).toBe(true);
    expect(probe).not.toHaveBeenCalled();
  });

  it("shows the progress of the deep search and ends it on the next keystroke", async () => {
    const { desk } = openWindow("/signature");
    const cancel = vi.spyOn(desk, "jobCancel");
    await paste(WRONG);
    await outcomeIs("unexplained");
    fireEvent.click(screen.getByTestId("sig-deep"));
    await waitFor(() => expect(screen.getByTestId("sig-deep-progress").textContent).toContain("三个改动 · 已试"));
    await paste(`${WRONG}1`);
    await waitFor(() => expect(cancel).toHaveBeenCalledTimes(1));
    expect(screen.queryByTestId("sig-deep-progress")).toBeNull();
  });

  it("ends the search under way with the next keystroke, and answers what was typed last, also the same text again", async () => {
    const { desk } = openWindow("/signature");
    const answers = desk.signatureDiagnose;
    let answer: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const diagnose = vi.spyOn(desk, "signatureDiagnose").mockImplementation(async (request, ticket) => {
      await held;
      return answers(request, ticket);
    });
    const stop = vi.spyOn(desk, "signatureStop");
    await paste(WRONG);
    await waitFor(() => expect(diagnose).toHaveBeenCalledTimes(1));
    await paste(`${WRONG}1`);
    await waitFor(() => expect(stop).toHaveBeenCalledWith(diagnose.mock.calls[0]?.[1]));
    expect(diagnose).toHaveBeenCalledTimes(1);
    await paste(WRONG);
    answer();
    await outcomeIs("unexplained");
    expect(diagnose.mock.lastCall?.[0].input).toBe(WRONG);
    expect(new Set(diagnose.mock.calls.map(([, ticket]) => ticket)).size).toBe(diagnose.mock.calls.length);
  });

  it("shows what a deep search that ran to its end found", async () => {
    openWindow("/signature");
    await paste(WRONG);
    await outcomeIs("unexplained");
    fireEvent.click(screen.getByTestId("sig-deep"));
    await waitFor(() => expect(screen.getByTestId("sig-next").textContent).toContain("深入搜索已完成"));
    expect(verdict().textContent).toContain("17,345");
  });

  it("marks the repaired place where it stands and leads to it from the line below", async () => {
    openWindow("/signature");
    const text = "a=1¬ify_url=https://shop.example/n&b=2";
    await paste(text);
    const notes = await screen.findByTestId("sig-notes");
    expect(screen.getByTestId("sig-input-marks").querySelector("mark")?.textContent).toBe("¬");
    await userEvent.click(within(notes).getByRole("button"));
    const area = screen.getByTestId<HTMLTextAreaElement>("sig-input");
    expect(text.slice(area.selectionStart, area.selectionEnd)).toBe("¬");
  });

  it("compares what was sent with what was signed", async () => {
    openWindow("/signature");
    await paste("a=1&b=2");
    await userEvent.click(screen.getByText("我发的：与“我签的”逐字节比较"));
    fireEvent.change(await screen.findByTestId("sig-sent"), { target: { value: "a=1&b=23" } });
    const found = await screen.findByTestId("sig-differences");
    expect(found.querySelector('[data-side="right"] mark')?.textContent).toBe("3");
  });

  it("puts the three client calls beside each other", async () => {
    openWindow("/signature");
    await paste(`appId=wx1&nonceStr=a&package=prepay_id=b&signType=MD5&timeStamp=1&paySign=${"0".repeat(32)}`);
    const calls = await screen.findByTestId("sig-calls");
    expect(calls.textContent).toContain("wx.chooseWXPay");
    expect(within(calls).getAllByText("timeStamp")).toHaveLength(2);
    expect(within(calls).getByText("timestamp").className).toContain("call-other");
  });

  it("proves the key by a refund notification that is pasted beside the message", async () => {
    openWindow("/signature");
    await paste(WRONG);
    await outcomeIs("unexplained");
    await userEvent.click(screen.getByTestId("sig-prove"));
    const notice = await screen.findByTestId("sig-notice");
    await waitFor(() => expect(document.activeElement).toBe(notice));
    fireEvent.change(notice, { target: { value: "<xml><req_info>x</req_info></xml>" } });
    expect((await screen.findByTestId("sig-key-proof")).dataset.proven).toBe("true");
  });

  it("says that the bytes of the key are not in the dump, and how many there are", async () => {
    openWindow("/signature");
    await paste("a=1");
    await screen.findByTestId("sig-hexdump");
    expect(screen.getByText(/密钥的 14 字节接在 &key= 之后，不显示/)).toBeTruthy();
  });

  it("names why each field was left out", async () => {
    openWindow("/signature");
    await paste(`<xml><attach></attach><body>测试</body><sign>${"A".repeat(32)}</sign></xml>`);
    const fields = await screen.findByTestId("sig-fields");
    await waitFor(() => expect(fields.textContent).toContain("空值不参与"));
    expect(fields.textContent).toContain("签名本身不参与");
    expect(within(fields).getAllByText("参与")).toHaveLength(1);
  });

  it("draws what cannot be seen in a value", async () => {
    openWindow("/signature");
    await paste("body=a\u200bb&nonce_str= x");
    await waitFor(() => expect(screen.getByTestId("sig-fields").textContent).toContain("ZWSP"));
    expect(screen.getByTestId("sig-fields").textContent).toContain("SP");
  });

  it("says clearly that there is no key, gives no verdict then, and leads to where one is typed", async () => {
    openWindow("/signature");
    const user = userEvent.setup();
    await user.click(await screen.findByText("没有密钥"));
    expect(screen.getByTestId("sig-key").textContent).toContain("不能判断签名对错");
    await paste(WRONG);
    await verdictIs("no_key");
    await user.click(await screen.findByText("填写密钥"));
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId("sig-key-typed")));
  });

  it("sends typed keys to the core only, and shows them nowhere", async () => {
    const { desk, container } = openWindow("/signature");
    const diagnose = vi.spyOn(desk, "signatureDiagnose");
    const user = userEvent.setup();
    await user.click(await screen.findByText("临时输入"));
    await user.type(screen.getByTestId("sig-key-typed"), "secret-key-of-thirty-two-letters");
    await user.click(screen.getByText("更多密钥：是不是签错了密钥"));
    await user.type(await screen.findByTestId("sig-more-app_secret"), "the-app-secret");
    await paste("a=1");
    await waitFor(() =>
      expect(diagnose).toHaveBeenCalledWith(
        expect.objectContaining({
          key: { kind: "typed", key: "secret-key-of-thirty-two-letters" },
          more_keys: [{ role: "app_secret", key: "the-app-secret" }],
        }),
        expect.any(Number),
      ),
    );
    expect(container.textContent).not.toMatch(/secret-key-of|the-app-secret/);
    for (const input of container.querySelectorAll("input")) {
      if (input.value.includes("secret")) expect(input.type).toBe("password");
    }
    expect(window.location.hash).not.toContain("secret");
    await user.click(screen.getByTestId("sig-clear"));
    expect(screen.getByTestId<HTMLInputElement>("sig-key-typed").value).toBe("");
  });

  it("tells somebody who pasted nonsense what to do", async () => {
    openWindow("/signature");
    await paste("<<<");
    expect((await screen.findByTestId("error-view")).dataset.code).toBe("input_malformed");
  });

  it("makes a sign without looking for causes", async () => {
    const { desk } = openWindow("/signature");
    const diagnose = vi.spyOn(desk, "signatureDiagnose");
    await userEvent.click(await screen.findByText("签名"));
    await paste("a=1");
    await verdictIs("signed");
    expect(diagnose).not.toHaveBeenCalled();
  });
});

describe("handing a message over", () => {
  it("fills in the message, its kind, its merchant and the gateway's words", async () => {
    const draft = handOver({
      mode: "verify",
      input: WRONG,
      context: "pay-notify",
      profile: "builtin",
      returnMsg: "签名错误",
    });
    const { desk } = openWindow((desk) => {
      vi.spyOn(desk, "signatureDiagnose");
      return `/signature?draft=${draft}`;
    });
    await waitFor(() =>
      expect(desk.signatureDiagnose).toHaveBeenCalledWith(
        expect.objectContaining({
          input: WRONG,
          context: "pay-notify",
          return_msg: "签名错误",
          key: { kind: "profile", name: "builtin" },
        }),
        expect.any(Number),
      ),
    );
    await waitFor(() => expect(screen.getByTestId("sig-context").textContent).toContain("支付结果通知"));
    expect((await screen.findByTestId("sig-reading")).textContent).toContain("网关说签名错误");
  });

  it("forgets the kind of a message when another is pasted over it", async () => {
    const draft = handOver({ mode: "verify", input: WRONG, context: "pay-notify" });
    const { desk } = openWindow((desk) => {
      vi.spyOn(desk, "signatureDiagnose");
      return `/signature?draft=${draft}`;
    });
    await paste("a=2");
    await waitFor(() =>
      expect(desk.signatureDiagnose).toHaveBeenLastCalledWith(
        expect.objectContaining({ input: "a=2", context: null }),
        expect.any(Number),
      ),
    );
  });

  it("puts a number into the address and the message nowhere but in memory", () => {
    const draft = handOver({ mode: "verify", input: "<xml/>" });
    expect(takeOver(draft)?.input).toBe("<xml/>");
    expect(readSignatureSearch({ draft, input: "<xml/>" })).toEqual({ draft });
  });

  it("forgets old messages and falls back to what was on the bench", () => {
    const first = handOver({ mode: "verify", input: "first" });
    for (let more = 0; more < 60; more += 1) handOver({ mode: "verify", input: `later ${more}` });
    leaveBehind({ mode: "sign", input: "on the bench" });
    expect(takeOver(first)?.input).toBe("on the bench");
  });
});
