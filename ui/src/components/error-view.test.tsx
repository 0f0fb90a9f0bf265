import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import i18next from "i18next";
import { describe, expect, it, vi } from "vitest";
import { IpcFailure } from "../ipc/failure";
import type { IpcError } from "../ipc/model";
import { ErrorView } from "./ErrorView";

const unknownError: IpcError = {
  code: "outcome_unknown",
  message: "no verifiable answer within 6 s",
  message_zh: null,
  retry: "after_query",
  trace: "7f3a-22",
  field: null,
  gateway: { err_code: "SYSTEMERROR", err_code_des: "系统超时<script>", return_msg: null },
};
const unknown = new IpcFailure(unknownError);

describe("an error", () => {
  it("never calls an unknown outcome a failure, and says that no new number is to be used", () => {
    render(<ErrorView error={unknown} />);
    const text = screen.getByTestId("error-view").textContent ?? "";
    expect(text).toContain("不等于失败");
    expect(text).toContain("同一单号");
  });

  it("carries a code and a trace that can be copied", async () => {
    const user = userEvent.setup();
    render(<ErrorView error={unknown} />);
    expect(screen.getByTestId("error-view").textContent).toContain("outcome_unknown · 追踪 7f3a-22");
    await user.click(screen.getByRole("button", { name: /复制错误详情/ }));
    expect(await navigator.clipboard.readText()).toContain("7f3a-22");
  });

  it("shows WeChat's own words as text, never as markup", () => {
    const { container } = render(<ErrorView error={unknown} />);
    expect(container.querySelector("script")).toBeNull();
    expect(container.textContent).toContain("系统超时<script>");
  });

  it("offers to try again only where that is possible", async () => {
    const retry = vi.fn();
    const { rerender } = render(<ErrorView error={unknown} />);
    expect(screen.queryByRole("button", { name: /重\s?试/ })).toBeNull();
    rerender(<ErrorView error={unknown} onRetry={retry} />);
    await userEvent.click(screen.getByRole("button", { name: /重\s?试/ }));
    expect(retry).toHaveBeenCalledOnce();
  });

  it("about what was typed speaks the window's language, and marks English as English where there is nothing else", async () => {
    const message = "must be 0 or more";
    const fault = (message_zh: string | null) =>
      new IpcFailure({
        ...unknownError,
        code: "input_invalid",
        field: "total_fee",
        message,
        message_zh,
        gateway: null,
      });
    const { container, rerender } = render(<ErrorView error={fault("不能小于 0")} />);
    expect(container.textContent).toContain("字段：total_fee — 不能小于 0");
    expect(container.textContent).not.toContain(message);
    rerender(<ErrorView error={fault(null)} />);
    expect(container.querySelector("[lang=en]")?.textContent).toBe(message);
    expect(container.textContent).toContain(`详情： ${message}`);
    await act(() => i18next.changeLanguage("en"));
    expect(container.textContent).toContain(`Field: total_fee — ${message}`);
    expect(container.querySelector("[lang=en]")).toBeNull();
    await act(() => i18next.changeLanguage("zh-CN"));
  });

  it("about a bill says in the window's language what is wrong with it", async () => {
    const message = "bill.csv is a fund flow; give bills of trades";
    const message_zh = "bill.csv 是资金账单，不能用来对账；请换成交易账单";
    const fault = new IpcFailure({ ...unknownError, code: "bill_refused", message, message_zh, gateway: null });
    const { container } = render(<ErrorView error={fault} />);
    expect(container.textContent).toContain("这份账单不能用来对账。");
    expect(container.textContent).toContain(message_zh);
    expect(container.textContent).not.toContain(message);
    await act(() => i18next.changeLanguage("en"));
    expect(container.textContent).toContain(`This bill cannot be reconciled.${message}`);
    await act(() => i18next.changeLanguage("zh-CN"));
  });

  it("that did not come from the core is internal", () => {
    render(<ErrorView error={new TypeError("x is undefined")} />);
    expect(screen.getByTestId("error-view").dataset.code).toBe("internal");
  });
});
