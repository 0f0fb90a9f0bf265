import type { Wording } from "../zh-CN";
import { frame } from "./frame";
import { orders } from "./orders";
import { signature } from "./signature";
import { tools } from "./tools";

export const en: Wording = { ...frame, ...orders, ...signature, ...tools };
