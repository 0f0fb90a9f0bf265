import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { CopyText } from "./CopyText";

const NUMBER = "2026112113332900018009534862";

describe("a number cut in its middle", () => {
  it.each([NUMBER, `${NUMBER}1`, "wx2113332978598059d534955b4c70008000"])("keeps the end of %s whole", (text) => {
    const { container } = render(<CopyText text={text} middle />);
    const tail = container.querySelector(".copy-text-tail")?.textContent ?? "";
    expect(text.endsWith(tail)).toBe(true);
    expect(tail.length).toBeGreaterThanOrEqual(8);
    expect(tail.length).toBeLessThan(12);
    expect(container.querySelector<HTMLElement>(".copy-text-ends")?.style.getPropertyValue("--tail")).toBe(
      String(tail.length),
    );
  });

  it("is whole in its title, in its text and on the clipboard", async () => {
    const user = userEvent.setup();
    render(<CopyText text={NUMBER} middle />);
    const button = screen.getByRole("button");
    expect(button.title).toContain(NUMBER);
    expect(button.textContent).toBe(NUMBER);
    await user.click(button);
    expect(await navigator.clipboard.readText()).toBe(NUMBER);
  });

  it("is not cut where there is nothing to leave out", () => {
    const { container } = render(<CopyText text="1900000109" middle />);
    expect(container.querySelector(".copy-text-tail")).toBeNull();
  });
});
