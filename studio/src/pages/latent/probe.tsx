// The code that is looked at: what it decodes to, and a slider for each of its dimensions.
import { useState } from 'preact/hooks';
import { Example } from '../../latent/example-view.tsx';
import type { ExampleLook } from '../../latent/codes.ts';
import { Failure } from '../../ui/message.tsx';
import { formatNumber } from '../../ui/format.ts';

export interface ProbeProps {
  readonly title: string;
  readonly original: ExampleLook | undefined;
  readonly hasOriginal: boolean;
  readonly decoded: ExampleLook | undefined;
  readonly problem: unknown;
  readonly again: () => void;
  readonly isOpening: boolean;
  readonly facts: readonly (readonly [name: string, value: string])[];
}

/** The example under the pointer beside what its code decodes to. */
export function Probe({ title, original, hasOriginal, decoded, problem, again, isOpening, facts }: ProbeProps) {
  return (
    <section class="panel probe" aria-labelledby="probe-title">
      <h2 id="probe-title">{title}</h2>
      {problem !== undefined && <Failure problem={problem} again={again} />}
      <div class="pair">
        {hasOriginal && (
          <figure>
            <Example look={original} name="the example" size="large" />
            <figcaption>x</figcaption>
          </figure>
        )}
        <figure>
          <Example look={decoded} name="decoded from this code" size="large" />
          <figcaption>
            {isOpening ? 'fetching the model…' : <>E[x|z]</>}
          </figcaption>
        </figure>
      </div>
      {facts.length > 0 && (
        <dl class="facts">
          {facts.map(([name, value]) => (
            <>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </>
          ))}
        </dl>
      )}
    </section>
  ); // prettier-ignore
}

/** Sliders that are shown before somebody asks for all. */
const first = 16;

export interface SlidersProps {
  readonly z: ArrayLike<number>;
  /** q(z|x) of the example that is held, as a band on each slider. */
  readonly mean: ArrayLike<number> | undefined;
  readonly stddev: ArrayLike<number> | undefined;
  readonly reach: number;
  readonly onChange: (z: Float64Array) => void;
  readonly onReset: () => void;
}

export function Sliders({ z, mean, stddev, reach, onChange, onReset }: SlidersProps) {
  const [isOpen, setOpen] = useState(false);
  const shown = isOpen ? z.length : Math.min(first, z.length);
  const change = (k: number, value: number): void => {
    if (!Number.isFinite(value)) return;
    const next = Float64Array.from(z);
    next[k] = value;
    onChange(next);
  };
  return (
    <section class="panel" aria-labelledby="sliders-title">
      <div class="page-head">
        <h2 id="sliders-title">Traverse</h2>
        <button type="button" class="small" onClick={onReset}>Back to the mean</button>
      </div>
      <div class="sliders">
        {Array.from({ length: shown }, (_, k) => (
          <div class="slider" key={k}>
            <label for={`z${k}`}>z<sub>{k + 1}</sub></label>
            <span class="track">
              {mean && stddev && <Band mean={mean[k] ?? 0} stddev={stddev[k] ?? 0} reach={reach} />}
              <input id={`z${k}`} type="range" min={-reach} max={reach} step="any" value={z[k] ?? 0} aria-valuetext={formatNumber(z[k], 3)} onInput={(event) => { change(k, event.currentTarget.valueAsNumber); }} onKeyDown={(event) => { stepBy(event, (sign) => { change(k, Math.max(-reach, Math.min(reach, (z[k] ?? 0) + sign * 0.1))); }); }} />
            </span>
            <output for={`z${k}`} class="number">{(z[k] ?? 0).toFixed(2).replace('-', '−')}</output>
          </div>
        ))}
      </div>
      {z.length > first && <button type="button" class="small" onClick={() => { setOpen(!isOpen); }}>{isOpen ? `The first ${first}` : `All ${z.length} dimensions`}</button>}
    </section>
  ); // prettier-ignore
}

/** A range without steps would go a hundredth of its length by an arrow key, and not by the same number anywhere. */
function stepBy(event: KeyboardEvent, go: (sign: number) => void): void {
  const sign = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 5, PageDown: -5 }[event.key];
  if (sign === undefined) return;
  event.preventDefault();
  go(sign);
}

/** One and two standard deviations about the mean. */
function Band({ mean, stddev, reach }: { readonly mean: number; readonly stddev: number; readonly reach: number }) {
  const at = (value: number): number => Math.max(0, Math.min(100, 50 + (50 * value) / reach));
  return (
    <svg class="band" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      {[2, 1].map((k) => (
        <rect key={k} x={at(mean - k * stddev)} width={Math.max(0.3, at(mean + k * stddev) - at(mean - k * stddev))} y="0" height="4" />
      ))}
    </svg>
  ); // prettier-ignore
}
