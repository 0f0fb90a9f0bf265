import { frame } from "./frame";
import { orders } from "./orders";
import { tools } from "./tools";

export const zhCN = { ...frame, ...orders, ...tools };

/** Every language has exactly these keys. */
export type Wording = typeof zhCN;
