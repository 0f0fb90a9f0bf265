import {
  ApiOutlined,
  BarChartOutlined,
  BellOutlined,
  CalendarOutlined,
  ExperimentOutlined,
  FileSearchOutlined,
  RollbackOutlined,
  SafetyCertificateOutlined,
  SettingOutlined,
  UnorderedListOutlined,
} from "@ant-design/icons";

/** The screens in the order of the navigation; Alt+1 opens the first, Alt+0 the tenth. */
export const SCREENS = [
  { name: "overview", to: "/overview", icon: <BarChartOutlined /> },
  { name: "orders", to: "/orders", icon: <UnorderedListOutlined /> },
  { name: "refunds", to: "/refunds", icon: <RollbackOutlined /> },
  { name: "days", to: "/days", icon: <CalendarOutlined /> },
  { name: "test", to: "/test-orders", icon: <ExperimentOutlined /> },
  { name: "notices", to: "/notices", icon: <BellOutlined /> },
  { name: "signature", to: "/signature", icon: <SafetyCertificateOutlined /> },
  { name: "lookup", to: "/lookup", icon: <FileSearchOutlined /> },
  { name: "simulator", to: "/simulator", icon: <ApiOutlined /> },
  { name: "settings", to: "/settings", icon: <SettingOutlined /> },
] as const;
