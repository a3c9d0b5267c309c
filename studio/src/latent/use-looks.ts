import { useEffect, useRef, useState } from 'preact/hooks';
import { fetchExamples } from './codes.ts';
import type { ExampleLook } from './codes.ts';

/** Looks that are kept, at most. */
const most = 2000;

/** The looks of examples, asked for when a pointer has rested for a moment, and kept. */
export function useLooks(
  { id, query }: { readonly id: string; readonly query: string },
  wanted: readonly number[],
): (index: number) => ExampleLook | undefined {
  const known = useRef(new Map<number, ExampleLook>());
  const [, setTurn] = useState(0);
  const of = `${id} ${query}`;
  const owner = useRef(of);
  if (owner.current !== of) {
    owner.current = of;
    known.current = new Map();
  }
  const missing = wanted.filter((index) => !known.current.has(index));
  useEffect(() => {
    if (missing.length === 0) return undefined;
    const controller = new AbortController();
    const timer = setTimeout(() => {
      fetchExamples(id, query, missing, controller.signal).then(
        (looks) => {
          if (known.current.size > most) known.current.clear();
          looks.forEach((look, k) => known.current.set(missing[k] ?? -1, look));
          setTurn((turn) => turn + 1);
        },
        () => undefined,
      );
    }, 40);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [of, missing.join()]);
  return (index) => known.current.get(index);
}
