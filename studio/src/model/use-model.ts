import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { RunDetail } from '../../../src/studio/contract.ts';
import { isAbort } from '../api/problem.ts';
import { ModelClient } from './client.ts';
import type { OpenedModel } from './messages.ts';

export interface HeldModel {
  readonly client: ModelClient | undefined;
  /** Undefined until it is open. */
  readonly model: OpenedModel | undefined;
  readonly isOpening: boolean;
  readonly problem: unknown;
  /** Fetches the model and what computes it, once; again after it has failed. */
  readonly need: () => void;
}

/** A run's model in a worker of this page's own, fetched when something first needs it. */
export function useModel(run: RunDetail): HeldModel {
  const { id } = run;
  const latest = useRef(run);
  latest.current = run;
  const [state, setState] = useState<{ client?: ModelClient; model?: OpenedModel; problem?: unknown; isOpening?: boolean }>({}); // prettier-ignore
  const held = useRef<{ client: ModelClient; controller: AbortController } | undefined>(undefined);
  const end = (): void => {
    held.current?.controller.abort();
    held.current?.client.end();
    held.current = undefined;
  };
  useEffect(() => {
    setState({});
    return end;
  }, [id]);
  const need = useCallback(() => {
    if (held.current) return;
    const client = new ModelClient();
    const controller = new AbortController();
    held.current = { client, controller };
    setState({ isOpening: true });
    client.open(latest.current, controller.signal).then(
      (model) => {
        if (!controller.signal.aborted) setState({ client, model });
      },
      (problem: unknown) => {
        if (controller.signal.aborted || isAbort(problem)) return;
        end();
        setState({ problem });
      },
    );
  }, [id]);
  return {
    client: state.client,
    model: state.model,
    isOpening: state.isOpening ?? false,
    problem: state.problem,
    need,
  };
}
