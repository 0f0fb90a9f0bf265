import {
  ApiOutlined,
  BarChartOutlined,
  ExperimentOutlined,
  SafetyCertificateOutlined,
  SettingOutlined,
  UnorderedListOutlined,
} from "@ant-design/icons";

/** The screens in the order of the navigation; Alt+1 opens the first. */
export const SCREENS = [
  { name: "overview", to: "/overview", icon: <BarChartOutlined /> },
  { name: "orders", to: "/orders", icon: <UnorderedListOutlined /> },
  { name: "test", to: "/test-orders", icon: <ExperimentOutlined /> },
  { name: "signature", to: "/signature", icon: <SafetyCertificateOutlined /> },
  { name: "simulator", to: "/simulator", icon: <ApiOutlined /> },
  { name: "settings", to: "/settings", icon: <SettingOutlined /> },
] as const;
