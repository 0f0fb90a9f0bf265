/** The core's types that the window uses, under one roof, so that screens never import the generated file. */
import type { commands, DiagnosisRequest, DiagnosisView, OrderDetail, Overview, SignatureReport } from "./bindings";

export type {
  AppStart,
  Changed,
  ClockChange,
  CustomerPays,
  DiagnosisRequest,
  DiagnosisView,
  Environment,
  ErrorCode,
  ErrorMeaning,
  ExportResult,
  FaultKind,
  FaultPlan,
  FaultRule,
  FaultRuleInForce,
  Goods,
  ImportPreview,
  ImportRequest,
  ImportResult,
  IpcError,
  Listener,
  ListenRequest,
  LookedUp,
  LookupAnswer,
  LookupRequest,
  NoticeRow,
  NoticeView,
  Observation,
  OrderDetail,
  OrderFilter,
  OrderKey,
  OrderResult,
  OrderRow,
  OrderSort,
  OrderState,
  OrdersOpened,
  Overview,
  PasswordAnswer,
  Profile,
  ProfileInput,
  Progress,
  Refundable,
  RefundDetail,
  RefundEnd,
  RefundFilter,
  RefundRow,
  ScenarioStep,
  SearchProgress,
  SecretView,
  Settings,
  SheetMapping,
  ShopStepView as ShopStep,
  SignatureReport,
  SimulatorExchange,
  SimulatorFaults,
  SimulatorNotice,
  SimulatorOrder,
  SimulatorRefund,
  SimulatorScenario,
  SimulatorScenarios,
  SimulatorSnippet,
  SimulatorStatus,
  SimulatorTrafficRow,
  Tag,
  TestOrdersRequest,
  TestOrdersResult,
  TradeType,
  TrafficFilter,
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
