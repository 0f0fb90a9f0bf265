import { App } from "antd";
import { asFailure } from "../ipc/failure";
import { ErrorView } from "./ErrorView";

/** Shows a failed action beside what the person is doing. A declined confirmation is an answer, so it is not shown. */
export function useReport(): (error: unknown) => void {
  const { notification } = App.useApp();
  return (error) => {
    if (asFailure(error).code === "confirmation_declined") return;
    notification.open({
      title: null,
      description: <ErrorView error={error} compact />,
      placement: "bottomRight",
      duration: 0,
      className: "error-notice",
    });
  };
}
