import type { Wording } from "../zh-CN";
import { days } from "./days";
import { frame } from "./frame";
import { lookup } from "./lookup";
import { orders } from "./orders";
import { refunds } from "./refunds";
import { sheets } from "./sheets";
import { signature } from "./signature";
import { simulator } from "./simulator";
import { tools } from "./tools";

export const en: Wording = {
  ...days,
  ...frame,
  ...lookup,
  ...orders,
  ...refunds,
  ...sheets,
  ...signature,
  ...simulator,
  ...tools,
};
