import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { IpcFailure } from "../ipc/failure";
import { ErrorView } from "./ErrorView";

const unknown = new IpcFailure({
  code: "outcome_unknown",
  message: "no verifiable answer within 6 s",
  retry: "after_query",
  trace: "7f3a-22",
  field: null,
  gateway: { err_code: "SYSTEMERROR", err_code_des: "系统超时<script>", return_msg: null },
});

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

  it("that did not come from the core is internal", () => {
    render(<ErrorView error={new TypeError("x is undefined")} />);
    expect(screen.getByTestId("error-view").dataset.code).toBe("internal");
  });
});
