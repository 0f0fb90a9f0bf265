import { frame } from "./frame";
import { orders } from "./orders";
import { signature } from "./signature";
import { tools } from "./tools";

export const zhCN = { ...frame, ...orders, ...signature, ...tools };

/** Every language has exactly these keys. */
export type Wording = typeof zhCN;
