import { useEffect, useRef, useState } from 'preact/hooks';
import type { RefObject } from 'preact';
import { forget, inFrame } from './frame-queue.ts';

/** Something that changes and says so. */
interface Changing {
  readonly onChange: (listener: () => void) => () => void;
}

export interface Live<T> {
  /** As last computed; undefined until the element first comes close to the screen. */
  readonly value: T | undefined;
  /** Of the element that shows it. */
  readonly place: RefObject<HTMLElement | null>;
}

/**
 * What is computed of something that changes: anew in a frame to come when that or an input changes, but only while its element is on the
 * screen or close to it. Away from there it is computed when it comes back, once, whatever happened meanwhile.
 *
 * @param isSame whether two values are drawn alike, so that nothing is drawn
 */
export function useLive<T>(of: Changing, compute: () => T, inputs: readonly unknown[], isSame?: (a: T, b: T) => boolean): Live<T> {
  const place = useRef<HTMLElement>(null);
  const [value, setValue] = useState<T>();
  const now = useRef({ compute, isSame });
  now.current = { compute, isSame };
  const state = useRef({ isNear: false, isStale: true });

  const refresh = (): void => {
    state.current.isStale = true;
    if (!state.current.isNear) return;
    inFrame(place, () => {
      state.current.isStale = false;
      const next = now.current.compute();
      setValue((old) => (old !== undefined && now.current.isSame?.(old, next) === true ? old : next));
    });
  };

  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        state.current.isNear = entries.at(-1)?.isIntersecting ?? false;
        if (!state.current.isNear) forget(place);
        else if (state.current.isStale) refresh();
      },
      { rootMargin: '300px' },
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      forget(place);
    };
  }, []);
  useEffect(() => of.onChange(refresh), [of]);
  useEffect(refresh, [of, ...inputs]);
  return { value, place };
} // prettier-ignore
