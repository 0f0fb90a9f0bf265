import "i18next";
import type { Wording } from "./zh-CN";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: Wording };
    returnNull: false;
  }
}
