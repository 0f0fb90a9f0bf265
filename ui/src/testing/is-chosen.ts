/** By what is drawn: all groups of radio buttons have one name here, and of one name the page checks one alone. */
export const isChosen = (radio: HTMLElement) =>
  radio.closest("label")?.classList.contains("ant-radio-wrapper-checked") ?? false;
