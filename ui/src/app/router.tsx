import { createHashHistory, createRootRoute, createRoute, createRouter, redirect } from "@tanstack/react-router";
import { DaysScreen } from "../features/days/DaysScreen";
import { readDaysSearch } from "../features/days/days-search";
import { LookupScreen } from "../features/lookup/LookupScreen";
import { readLookupSearch } from "../features/lookup/lookup-search";
import { NotificationsScreen } from "../features/notifications/NotificationsScreen";
import { readNoticesSearch } from "../features/notifications/notices-search";
import { OrdersScreen } from "../features/orders/OrdersScreen";
import { readOrdersSearch } from "../features/orders/orders-search";
import { OverviewScreen } from "../features/overview/OverviewScreen";
import { RefundsScreen } from "../features/refunds/RefundsScreen";
import { readRefundsSearch } from "../features/refunds/refunds-search";
import { SettingsScreen } from "../features/settings/SettingsScreen";
import { readSignatureSearch } from "../features/signature/handover";
import { SignatureScreen } from "../features/signature/SignatureScreen";
import { SimulatorScreen } from "../features/simulator/SimulatorScreen";
import { readSimulatorSearch } from "../features/simulator/simulator-search";
import { TestOrdersScreen } from "../features/test-orders/TestOrdersScreen";
import { Window } from "./Window";

const root = createRootRoute({ component: Window });

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/orders" });
  },
});
const overview = createRoute({
  getParentRoute: () => root,
  path: "/overview",
  component: OverviewScreen,
  validateSearch: (search: Record<string, unknown>): { days?: 7 | 30 } => {
    if (search.days === 7 || search.days === 30) return { days: search.days };
    return {};
  },
});
const orders = createRoute({
  getParentRoute: () => root,
  path: "/orders",
  component: OrdersScreen,
  validateSearch: readOrdersSearch,
});
const testOrders = createRoute({ getParentRoute: () => root, path: "/test-orders", component: TestOrdersScreen });
const refunds = createRoute({
  getParentRoute: () => root,
  path: "/refunds",
  component: RefundsScreen,
  validateSearch: readRefundsSearch,
});
const days = createRoute({
  getParentRoute: () => root,
  path: "/days",
  component: DaysScreen,
  validateSearch: readDaysSearch,
});
const notices = createRoute({
  getParentRoute: () => root,
  path: "/notices",
  component: NotificationsScreen,
  validateSearch: readNoticesSearch,
});
const signature = createRoute({
  getParentRoute: () => root,
  path: "/signature",
  component: SignatureScreen,
  validateSearch: readSignatureSearch,
});
const lookup = createRoute({
  getParentRoute: () => root,
  path: "/lookup",
  component: LookupScreen,
  validateSearch: readLookupSearch,
});
const simulator = createRoute({
  getParentRoute: () => root,
  path: "/simulator",
  component: SimulatorScreen,
  validateSearch: readSimulatorSearch,
});
const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: SettingsScreen,
  validateSearch: (search: Record<string, unknown>): { add?: true } => (search.add === true ? { add: true } : {}),
});

const tree = root.addChildren([
  home,
  overview,
  orders,
  refunds,
  days,
  testOrders,
  notices,
  signature,
  lookup,
  simulator,
  settings,
]);

/** Routes behind `#`, because the window is loaded from disk and has no server that knows its paths. */
export function createWindowRouter() {
  return createRouter({ routeTree: tree, history: createHashHistory(), defaultPreload: false });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createWindowRouter>;
  }
}
