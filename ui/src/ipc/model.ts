/** The core's types that the window uses, under one roof, so that screens never import the generated file. */
import type { commands, DiagnosisRequest, DiagnosisView, OrderDetail, Overview, SignatureReport } from "./bindings";

export type {
  AppStart,
  Changed,
  DiagnosisRequest,
  DiagnosisView,
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
  SearchProgress,
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
export type Explanation = DiagnosisView["explanations"][number];
export type CauseView = DiagnosisView["causes"][number];
export type Stretch = Explanation["aligned"][number];
export type ReadingNote = SignatureReport["notes"][number];
export type KeyRole = DiagnosisRequest["more_keys"][number]["role"];
export type SignatureField = SignatureReport["fields"][number];
export type PayParam = NonNullable<OrderDetail["pay_params"]>[number];
export type Alarm = Overview["alarms"][number];
export type OverviewDay = Overview["daily"][number];
