import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { openWindow } from "../../testing/open-window";
import { handOver, leaveBehind, readSignatureSearch, takeOver } from "./handover";

const paste = async (text: string) =>
  fireEvent.change(await screen.findByTestId("sig-input"), { target: { value: text } });

beforeEach(() => leaveBehind({ mode: "verify", input: "" }));

describe("the signature screen", () => {
  it("checks while one types and marks where the two signs differ", async () => {
    openWindow("/signature");
    await paste(`a=1&b=2&sign=${"0".repeat(32)}`);
    await waitFor(() => expect(screen.getByTestId("sig-verdict").dataset.verdict).toBe("mismatch"));
    const given = screen.getByTestId("sig-given");
    const expected = screen.getByTestId("sig-expected");
    expect(given.querySelectorAll("mark").length).toBeGreaterThan(0);
    const differing = (node: HTMLElement) =>
      [...node.querySelectorAll("mark")].map((mark) => mark.textContent).join("").length;
    expect(differing(given)).toBe(differing(expected));
    expect(screen.getByTestId("sig-verdict").textContent).toContain("换另一个密钥");
    expect(screen.getByTestId("sig-verdict").textContent).not.toMatch(/\d+ 处不同/);
  });

  it("leads with the blank at the end of a value and proves it by leaving it out", async () => {
    openWindow("/signature");
    await paste("body=test&mch_id=10000100");
    await waitFor(() => expect(screen.getByTestId("sig-digest").textContent).toMatch(/^[0-9A-F]{32}$/));
    const sign = screen.getByTestId("sig-digest").textContent;
    await paste(`body=test &mch_id=10000100&sign=${sign}`);
    await waitFor(() =>
      expect(screen.getByTestId("sig-verdict").textContent).toContain("不一致：body 的值末尾有 1 个空格"),
    );
    await waitFor(() => expect(screen.getByTestId("sig-verdict").textContent).toContain("确诊"));
    for (const id of ["sig-string", "sig-fields"]) {
      const mark = screen.getByTestId(id).querySelector("mark.invisible");
      expect([id, mark?.textContent, mark?.getAttribute("title")]).toEqual([id, "SP", "不可见字符 SP U+0020"]);
    }
    expect(screen.getByTestId("sig-string").textContent).toContain("body=testSP&mch_id=10000100&key=");
    expect(screen.queryByTestId("sig-findings")).toBeNull();
  });

  it("does not blame a blank alone when the sign differs without it, too", async () => {
    openWindow("/signature");
    await paste(`body=test &nonce_str=a\u200bb&sign=${"0".repeat(32)}`);
    await waitFor(() => expect(screen.getByTestId("sig-verdict").textContent).toContain("还有别的不同"));
    expect(screen.getByTestId("sig-verdict").textContent).not.toContain("确诊");
    expect(screen.getByTestId("sig-findings").textContent).toContain("nonce_str 的值中间有 1 个零宽空格");
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

  it("says clearly that there is no key, and gives no verdict then", async () => {
    openWindow("/signature");
    const user = userEvent.setup();
    await user.click(await screen.findByText("没有密钥"));
    expect(screen.getByTestId("sig-key").textContent).toContain("不能判断签名对错");
    await paste(`a=1&sign=${"0".repeat(32)}`);
    await waitFor(() => expect(screen.getByTestId("sig-verdict").dataset.verdict).toBe("no_key"));
  });

  it("sends a typed key to the core only, and shows it nowhere", async () => {
    const { desk, container } = openWindow("/signature");
    const check = vi.spyOn(desk, "signatureCheck");
    const user = userEvent.setup();
    await user.click(await screen.findByText("临时输入"));
    await user.type(screen.getByTestId("sig-key-typed"), "secret-key-of-thirty-two-letters");
    await paste("a=1");
    await waitFor(() =>
      expect(check).toHaveBeenCalledWith(
        expect.objectContaining({ key: { kind: "typed", key: "secret-key-of-thirty-two-letters" } }),
      ),
    );
    expect(container.textContent).not.toContain("secret-key-of-thirty-two-letters");
    expect(window.location.hash).not.toContain("secret");
  });

  it("tells somebody who pasted nonsense what to do", async () => {
    openWindow("/signature");
    await paste("<<<");
    expect((await screen.findByTestId("error-view")).dataset.code).toBe("input_malformed");
  });
});

describe("handing a message over", () => {
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
