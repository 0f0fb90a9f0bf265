import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { en } from "./en";
import { zhCN } from "./zh-CN";

/** Starts the words of the window in Chinese; the setting changes them at run time. */
export async function startWords(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: "zh-CN",
    fallbackLng: "zh-CN",
    resources: { "zh-CN": { translation: zhCN }, en: { translation: en } },
    // React escapes by itself; a second escape would show &amp; in a goods name.
    interpolation: { escapeValue: false },
    returnNull: false,
  });
}
