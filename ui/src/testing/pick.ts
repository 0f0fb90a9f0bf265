import { fireEvent, screen, within } from "@testing-library/react";

/** Chooses an option of a select, as a person does. */
export async function pick(select: HTMLElement, label: string) {
  fireEvent.mouseDown(within(select).getByRole("combobox"));
  const found = await screen.findAllByText(label, { selector: ".ant-select-item-option-content" });
  const last = found.at(-1);
  if (!last) throw new Error(`no option ${label}`);
  fireEvent.click(last);
}
