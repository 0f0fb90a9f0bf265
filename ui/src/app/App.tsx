import { QueryClient, QueryClientProvider, QueryErrorResetBoundary } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { Suspense, useState } from "react";
import { asFailure } from "../ipc/failure";
import { Appearance } from "./Appearance";
import { Boundary } from "./Boundary";
import { createWindowRouter } from "./router";

/** How queries behave: they are refreshed by the core's events, so neither focus nor age refetches them. */
function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        networkMode: "always",
        retry: (failures, error) => failures < 1 && asFailure(error).retry === "safe",
      },
      mutations: { networkMode: "always" },
    },
  });
}

/** The whole window. */
export function App() {
  const [queries] = useState(createQueries);
  const [router] = useState(createWindowRouter);
  return (
    <QueryClientProvider client={queries}>
      <QueryErrorResetBoundary>
        {({ reset }) => (
          <Boundary onRetry={reset}>
            <Suspense fallback={<div className="opening" data-testid="opening" />}>
              <Appearance>
                <RouterProvider router={router} />
              </Appearance>
            </Suspense>
          </Boundary>
        )}
      </QueryErrorResetBoundary>
    </QueryClientProvider>
  );
}
