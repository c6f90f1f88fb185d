import { Component, type ReactNode } from 'react';

import { PageFailure } from '@/app/PageFailure';

interface PageErrorBoundaryProps {
  /** The page's path: after a failure, another page is rendered again. */
  readonly path: string;
  readonly children: ReactNode;
}

/** Shows PageFailure for a page that cannot be rendered, or whose code cannot be loaded. */
export class PageErrorBoundary extends Component<PageErrorBoundaryProps> {
  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override readonly state = { hasFailed: false };

  override componentDidUpdate({ path }: PageErrorBoundaryProps): void {
    if (this.state.hasFailed && path !== this.props.path) this.setState({ hasFailed: false });
  }

  override render(): ReactNode {
    return this.state.hasFailed ? <PageFailure /> : this.props.children;
  }
}
