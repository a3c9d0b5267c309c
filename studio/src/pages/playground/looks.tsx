// What a model does while it learns: its codes, what it draws, what it makes of examples.
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { colorOf, paint } from '../../shell/theme.ts';
import { byCategory, plainly } from '../../latent/colours.ts';
import { Example, decodedLooks } from '../../latent/example-view.tsx';
import type { OverlayContents } from '../../latent/overlay.ts';
import { pairPlane, projectAll } from '../../latent/plane.ts';
import { Stage } from '../../latent/stage.tsx';
import type { StageView } from '../../latent/stage-view.ts';
import type { Decoded, PlaygroundLook } from '../../model/messages.ts';
import { formatNumber } from '../../ui/format.ts';

/** Ellipses that are drawn. */
const ellipses = 80;
const ignore = (): void => undefined;

export interface LookPanelsProps {
  readonly look: PlaygroundLook;
  /** Other draws than the look's. */
  readonly drawn: Decoded | undefined;
  /** Where one chooses what they are given. */
  readonly given: ComponentChildren;
}

export function LookPanels({ look, drawn, given }: LookPanelsProps) {
  const samples = drawn ?? look.samples;
  return (
    <div class="looks">
      <Codes look={look} />
      {samples && <Decodeds title="Drawn from the prior" decoded={samples} beside={samples.values ? look.originals : undefined} controls={given} />}
      {look.originals && look.reconstructions && <Decodeds title="Examples and their reconstructions" decoded={look.reconstructions} beside={look.originals} paired />}
    </div>
  ); // prettier-ignore
}

function Codes({ look }: { readonly look: PlaygroundLook }) {
  const { mean, stddev, covariance, latent, labels, classes } = look;
  const count = mean.length / latent;
  const plane = useMemo(() => pairPlane(latent, 0, 1), [latent]);
  const points = useMemo(() => projectAll(plane, mean, stddev), [look]);
  const stage = useRef<StageView | undefined>(undefined);
  const [layout] = useState('');
  const painted = paint.value;
  const colouring = useMemo(() => labels ? byCategory('label', labels, classes ?? [...new Set(labels)].map(String)) : plainly(count), [labels?.join(), count]); // prettier-ignore
  const contents = useMemo((): OverlayContents => {
    const edge = colorOf('--edge');
    const inkOf = (k: number): string => `rgb(${Array.from(colouring.bytes.subarray(4 * k, 4 * k + 3)).join(' ')})`;
    return {
      axes: plane.names,
      contours: [],
      circles: plane.b ? { at: { x: 0, y: 0 }, radii: [1, 2, 3], colour: edge } : undefined,
      ellipses: plane.b
        ? Array.from({ length: Math.min(ellipses, count) }, (_, k) => ({ at: { x: points[2 * k] ?? 0, y: points[2 * k + 1] ?? 0 }, covariance: { xx: covariance[3 * k] ?? 0, xy: covariance[3 * k + 1] ?? 0, yy: covariance[3 * k + 2] ?? 0 }, colour: inkOf(k), isChosen: false })) // prettier-ignore
        : [],
      path: [],
      rings: [],
      handle: undefined,
      lasso: [],
    };
  }, [look, colouring, painted]);
  const faded = useMemo(() => new Uint8Array(count), [count]);
  // As the codes spread, the window follows.
  useEffect(() => { stage.current?.fit(); }, [points]); // prettier-ignore
  return (
    <section class="panel codes" aria-labelledby="codes-title">
      <h2 id="codes-title">Codes of {count} examples</h2>
      <Stage points={points} layout={layout} colours={colouring.bytes} faded={faded} contents={contents} tool="move" label={`Codes of ${count} examples at step ${look.step}`} onReady={(view) => { stage.current = view; }} onHover={ignore} onPick={ignore} onPlace={ignore} onDrag={ignore} onSelect={ignore} onFocusPoint={ignore} onEscape={ignore} onView={ignore} />
      <p id="stage-keys" class="quiet keys">Drag or Shift + arrows to move, wheel or + and − to zoom, 0 for all.{latent > 2 ? ' The first two dimensions.' : ''} Ellipses: one standard deviation of q(z|x).</p>
    </section>
  ); // prettier-ignore
}

function Decodeds({ title, decoded, beside, paired = false, controls }: { readonly title: string; readonly decoded: Decoded; readonly beside: Decoded | undefined; readonly paired?: boolean; readonly controls?: ComponentChildren }) {
  const looks = decodedLooks(decoded);
  const others = beside ? decodedLooks(beside) : [];
  const isPoints = decoded.values !== undefined && decoded.shape[1] === 2;
  return (
    <section class="panel">
      <h2>{title}</h2>
      {controls !== undefined && <div class="controls">{controls}</div>}
      {isPoints ? (
        <Points points={decoded.values ?? new Float32Array()} behind={beside?.values} />
      ) : (
        <div class="strip">
          {looks.slice(0, 24).map((look, k) => paired ? (
            <span class="over" key={k}>
              <Example look={others[k]} name={`example ${k + 1}`} size="small" />
              <Example look={look} name={`its reconstruction ${k + 1}`} size="small" />
            </span>
          ) : <Example key={k} look={look} name={`sample ${k + 1}`} size="small" />)}
        </div>
      )}
    </section>
  );
} // prettier-ignore

function Points({ points, behind }: { readonly points: Float32Array; readonly behind: Float32Array | undefined }) {
  const all = [...(behind ?? []), ...points];
  const reach = Math.max(0.5, ...all.map(Math.abs).filter(Number.isFinite)) * 1.05;
  const path = (values: Float32Array): string => {
    const parts: string[] = [];
    for (let k = 0; k + 1 < values.length; k += 2) parts.push(`M${formatNumber(values[k], 4).replace('−', '-')} ${formatNumber(-(values[k + 1] ?? 0), 4).replace('−', '-')}h0`);
    return parts.join('');
  };
  return (
    <svg class="points" viewBox={`${-reach} ${-reach} ${2 * reach} ${2 * reach}`} role="img" aria-label={`${points.length / 2} points of the model${behind ? ` above ${behind.length / 2} of the data` : ''}`}>
      {behind && <path class="data" d={path(behind)} />}
      <path class="model" d={path(points)} />
    </svg>
  );
} // prettier-ignore
