/** The core's types that the window uses, under one roof, so that screens never import the generated file. */
import type { commands, OrderDetail, Overview, SignatureReport } from "./bindings";

export type {
  AppStart,
  Changed,
  Environment,
  ErrorCode,
  ErrorMeaning,
  Goods,
  IpcError,
  Observation,
  OrderDetail,
  OrderFilter,
  OrderResult,
  OrderRow,
  OrderSort,
  OrderState,
  OrdersOpened,
  Overview,
  Profile,
  ProfileInput,
  Progress,
  SecretView,
  Settings,
  SignatureReport,
  SimulatorNotice,
  SimulatorOrder,
  SimulatorStatus,
  SimulatorTraffic,
  Tag,
  TestOrdersRequest,
  TestOrdersResult,
  TradeType,
  Vault,
} from "./bindings";

export type SignatureRequest = Parameters<typeof commands.signatureCheck>[0];
export type SignatureField = SignatureReport["fields"][number];
export type PayParam = NonNullable<OrderDetail["pay_params"]>[number];
export type Alarm = Overview["alarms"][number];
export type OverviewDay = Overview["daily"][number];
