import { useEffect, useState } from 'preact/hooks';
import { isAbort } from '../api/problem.ts';
import { fetchCodes } from './codes.ts';
import type { CodesData, CodesProgress } from './codes.ts';

export interface CodesResource {
  readonly codes: CodesData | undefined;
  readonly progress: CodesProgress | undefined;
  readonly problem: unknown;
  readonly again: () => void;
}

/** A run's codes; those of before stay until others are there. */
export function useCodes(id: string, query: string): CodesResource {
  const [state, setState] = useState<{ codes?: CodesData; progress?: CodesProgress | undefined; problem?: unknown }>(
    {},
  );
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const onProgress = (progress: CodesProgress): void => {
      if (!signal.aborted) setState((old) => ({ ...old, progress, problem: undefined }));
    };
    onProgress({ what: 'data', done: 0, total: 1 });
    fetchCodes(id, query, { signal, onProgress }).then(
      (codes) => {
        if (!signal.aborted) setState({ codes });
      },
      (problem: unknown) => {
        if (!signal.aborted && !isAbort(problem)) setState({ problem });
      },
    );
    return () => {
      controller.abort();
    };
  }, [id, query, turn]);
  return { codes: state.codes, progress: state.progress, problem: state.problem, again: () => { setTurn(turn + 1); } }; // prettier-ignore
}
