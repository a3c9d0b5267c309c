import type { ComponentChildren } from 'preact';
import { wordsOf } from '../api/problem.ts';
import { Copy } from './copy.tsx';

export function Message({ kind, title, children }: {
  readonly kind: 'info' | 'warning' | 'error';
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class={`message ${kind}`} role={kind === 'error' ? 'alert' : undefined}>
      <p class="message-title"><span class="message-mark" aria-hidden="true">{kind === 'info' ? 'i' : '!'}</span>{title}</p>
      {children}
    </div>
  );
} // prettier-ignore

/** What went wrong, with a button that tries again. */
export function Failure({ problem, again }: { readonly problem: unknown; readonly again?: () => void }) {
  return (
    <Message kind="error" title={wordsOf(problem)}>
      {again && (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </Message>
  );
}

export function Loading() {
  return (
    <p class="loading" role="status">
      Reading…
    </p>
  );
}

/** Nothing is here: what to do about it. @param level 1 where it is all that a page has */
export function Empty({ title, command, level = 1, children }: {
  readonly title: string;
  readonly command?: string;
  readonly level?: 1 | 2;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <p class="empty-mark" aria-hidden="true">Σ<sup>½</sup></p>
      {level === 1 ? <h1>{title}</h1> : <h2>{title}</h2>}
      {children}
      {command !== undefined && <Copy text={command} />}
    </div>
  );
} // prettier-ignore
