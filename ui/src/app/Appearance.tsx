import { App, ConfigProvider } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import dayjs from "dayjs";
import "dayjs/locale/zh-cn";
import i18next from "i18next";
import { type ReactNode, useEffect } from "react";
import { useStart } from "../components/use-settings";
import { antdTheme } from "../theme/antd";
import { useShade } from "../theme/use-shade";

/** Language and colours of the window, as the settings say. */
export function Appearance({ children }: { children: ReactNode }) {
  const { settings } = useStart();
  const shade = useShade(settings.theme);
  useEffect(() => {
    document.documentElement.lang = settings.language;
    dayjs.locale(settings.language === "en" ? "en" : "zh-cn");
    void i18next.changeLanguage(settings.language);
  }, [settings.language]);
  return (
    <ConfigProvider
      locale={settings.language === "en" ? enUS : zhCN}
      componentSize="middle"
      theme={antdTheme(shade)}
      wave={{ disabled: true }}
      button={{ autoInsertSpace: false }}
    >
      <App className="antd-root" message={{ maxCount: 1, duration: 2 }} notification={{ maxCount: 3 }}>
        {children}
      </App>
    </ConfigProvider>
  );
}
