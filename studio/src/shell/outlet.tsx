import { Component } from 'preact';
import type { ComponentChildren, ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { wordsOf } from '../api/problem.ts';
import { Loading, Message } from '../ui/message.tsx';
import type { Page } from './pages.ts';

/** Shows a page when its chunk is there, and says so in words when it, or the page, fails. */
export function Outlet<Props extends object>({ page, props }: { readonly page: Page<Props>; readonly props: Props }) {
  const [loaded, setLoaded] = useState<{ page: Page<Props>; Content?: ComponentType<Props>; problem?: unknown }>();
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let isWanted = true;
    page.load().then(
      (module) => {
        if (isWanted) setLoaded({ page, Content: module.default });
      },
      (problem: unknown) => {
        if (isWanted) setLoaded({ page, problem });
      },
    );
    return () => {
      isWanted = false;
    };
  }, [page, turn]);
  if (loaded?.page !== page) return <Loading />;
  const { Content, problem } = loaded;
  if (!Content) {
    return (
      <Message kind="error" title="This page could not be fetched.">
        <p>{wordsOf(problem)}</p>
        <button type="button" onClick={() => { setTurn(turn + 1); }}>Try again</button>
      </Message>
    ); // prettier-ignore
  }
  return (
    <ErrorBoundary key={page.path}>
      <Content {...props} />
    </ErrorBoundary>
  );
}

/** A fault in one page leaves the rest usable. */
export class ErrorBoundary extends Component<{ children: ComponentChildren }, { error?: unknown }> {
  override state: { error?: unknown } = {};

  static override getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    return (
      <Message kind="error" title="This page has failed.">
        <p>{wordsOf(this.state.error)}</p>
        <p>That is a fault of the studio; the runs themselves are not touched by it.</p>
        <button type="button" onClick={() => { this.setState({ error: undefined }); }}>Try again</button>
      </Message>
    ); // prettier-ignore
  }
}
