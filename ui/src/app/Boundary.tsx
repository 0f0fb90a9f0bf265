import { Component, type ReactNode } from "react";
import { ErrorView } from "../components/ErrorView";

type BoundaryProps = { children: ReactNode; onRetry?: () => void };

/** Catches what a screen throws while drawing and shows it as an error that can be retried and copied. */
export class Boundary extends Component<BoundaryProps, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    const retry = () => {
      this.props.onRetry?.();
      this.setState({ error: null });
    };
    return (
      <div className="page">
        <ErrorView error={this.state.error} onRetry={retry} />
      </div>
    );
  }
}
