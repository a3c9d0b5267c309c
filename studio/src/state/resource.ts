// What a component reads from the server: once for each path, and again when asked to.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { get, getFile } from '../api/client.ts';
import { isAbort } from '../api/problem.ts';

export interface Resource<T> {
  readonly value: T | undefined;
  readonly problem: unknown;
  /** Reads it again; what was read stays until the answer is there. */
  readonly reload: () => void;
}

/** @param path below /api; undefined where there is nothing to read yet */
export function useResource<T>(path: string | undefined): Resource<T> {
  return useRead(path, (signal) => get<T>(path ?? '', { signal }));
}

/** An object URL of a file of a run, for pictures and downloads. */
export function useFile(id: string, name: string | undefined): Resource<string> {
  const made = useRef<string | undefined>(undefined);
  const revoke = (): void => {
    if (made.current !== undefined) URL.revokeObjectURL(made.current);
  };
  useEffect(() => revoke, []);
  return useRead(name === undefined ? undefined : `${id}/${name}`, async (signal) => {
    const blob = await getFile(id, name ?? '', { signal });
    revoke();
    made.current = URL.createObjectURL(blob);
    return made.current;
  });
}

function useRead<T>(key: string | undefined, read: (signal: AbortSignal) => Promise<T>): Resource<T> {
  const [state, setState] = useState<{ key?: string | undefined; value?: T; problem?: unknown }>({});
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (key === undefined) return undefined;
    const controller = new AbortController();
    read(controller.signal).then(
      (value) => {
        if (!controller.signal.aborted) setState({ key, value });
      },
      (problem: unknown) => {
        if (!controller.signal.aborted && !isAbort(problem)) {
          setState((old) => (old.key === key ? { ...old, problem } : { key, problem }));
        }
      },
    );
    return () => {
      controller.abort();
    };
  }, [key, turn]);
  const reload = useCallback(() => {
    setTurn((old) => old + 1);
  }, []);
  const isPresent = state.key === key;
  return { value: isPresent ? state.value : undefined, problem: isPresent ? state.problem : undefined, reload };
}
