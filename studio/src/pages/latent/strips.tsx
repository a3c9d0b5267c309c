// What lies between two codes, over the plane, and near a code.
import { useEffect, useRef, useState } from 'preact/hooks';
import { Example, decodedLooks } from '../../latent/example-view.tsx';
import type { ExampleLook } from '../../latent/codes.ts';
import type { Neighbour } from '../../latent/neighbours.ts';
import { gridOver } from '../../latent/paths.ts';
import type { Plane } from '../../latent/plane.ts';
import type { HeldModel } from '../../model/use-model.ts';
import type { Decoded, Row } from '../../model/messages.ts';
import { Failure } from '../../ui/message.tsx';
import { formatNumber } from '../../ui/format.ts';

export interface PathProps {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly canSet: boolean;
  readonly onSet: (end: 'from' | 'to') => void;
  readonly path: 'linear' | 'spherical';
  readonly onPath: (path: 'linear' | 'spherical') => void;
  readonly looks: readonly ExampleLook[];
  readonly problem: unknown;
}

export const pathSteps = 9;

/** The way from one code to another. */
export function PathPanel({ from, to, canSet, onSet, path, onPath, looks, problem }: PathProps) {
  return (
    <section class="panel" aria-labelledby="path-title">
      <h2 id="path-title">Path between two codes</h2>
      <div class="row">
        <button type="button" class="small" disabled={!canSet} onClick={() => { onSet('from'); }}>Begin here</button>
        <button type="button" class="small" disabled={!canSet} onClick={() => { onSet('to'); }}>End here</button>
        <label class="inline row">
          <span class="quiet">along</span>
          <select value={path} onChange={(event) => { onPath(event.currentTarget.value === 'spherical' ? 'spherical' : 'linear'); }}>
            <option value="linear">a straight line</option>
            <option value="spherical">a sphere (slerp)</option>
          </select>
        </label>
      </div>
      {problem !== undefined && <Failure problem={problem} />}
      {from === undefined || to === undefined ? (
        <p class="quiet">{from === undefined && to === undefined ? 'Choose a point or move the handle, then say where the path begins and where it ends.' : from === undefined ? `Ends at ${to ?? ''}; choose where it begins.` : `Begins at ${from}; choose where it ends.`}</p>
      ) : (
        <>
          <p class="quiet">From {from} to {to}.</p>
          <div class="strip">
            {looks.map((look, k) => <Example key={k} look={look} name={`step ${k + 1} of ${looks.length}`} size="small" />)}
          </div>
        </>
      )}
    </section>
  ); // prettier-ignore
}

export interface NeighboursProps {
  readonly neighbours: readonly Neighbour[];
  readonly lookOf: (index: number) => ExampleLook | undefined;
  readonly nameOf: (index: number) => string;
  readonly onPick: (index: number) => void;
}

export function NeighboursPanel({ neighbours, lookOf, nameOf, onPick }: NeighboursProps) {
  return (
    <section class="panel" aria-labelledby="neighbours-title">
      <h2 id="neighbours-title">Nearest examples</h2>
      {neighbours.length === 0 ? (
        <p class="quiet">Choose a point: the examples whose codes are nearest to it stand here.</p>
      ) : (
        <ol class="neighbours">
          {neighbours.map(({ index, distance }) => (
            <li key={index}>
              <button type="button" class="plain" onClick={() => { onPick(index); }} aria-label={`${nameOf(index)}, at a distance of ${formatNumber(distance, 3)}`}>
                <Example look={lookOf(index)} name={nameOf(index)} size="small" />
                <span class="quiet number">{formatNumber(distance, 2)}</span>
              </button>
            </li>
          ))}
        </ol>
      )}
    </section>
  ); // prettier-ignore
}

const side = 12;

export interface GridProps {
  readonly held: HeldModel;
  readonly plane: Plane | undefined;
  readonly from: ArrayLike<number>;
  readonly window: { readonly x: readonly [number, number]; readonly y: readonly [number, number] } | undefined;
  readonly given: Row | undefined;
  readonly why: string | undefined;
}

/** What the plane decodes to, place by place, over the window that is on the screen. */
export function GridPanel({ held, plane, from, window, given, why }: GridProps) {
  const [state, setState] = useState<{ decoded?: Decoded; problem?: unknown; isBusy?: boolean }>({});
  const [asked, setAsked] = useState<GridProps['window']>(undefined);
  const { client, model, need } = held;
  // What was decoded was another plane.
  useEffect(() => {
    setAsked(undefined);
    setState({});
  }, [plane]);
  useEffect(() => {
    if (!asked || !plane || !client || !model) return undefined;
    let isWanted = true;
    setState((old) => ({ ...old, isBusy: true }));
    client.decode({ z: gridOver(plane, from, { ...asked, columns: side, rows: side }), given }).then(
      (decoded) => { if (isWanted) setState({ decoded }); },
      (problem: unknown) => { if (isWanted) setState({ problem }); },
    ); // prettier-ignore
    return () => {
      isWanted = false;
    };
  }, [asked, plane, client, model, JSON.stringify(given)]);
  return (
    <section class="panel" aria-labelledby="grid-title">
      <div class="page-head">
        <h2 id="grid-title">The plane, decoded</h2>
        <button type="button" class="small" disabled={why !== undefined || !window} onClick={() => { need(); setAsked(window); }}>
          {state.decoded ? 'Decode again' : 'Decode what is on the screen'}
        </button>
      </div>
      {why !== undefined && <p class="quiet">{why}</p>}
      {state.problem !== undefined && <Failure problem={state.problem} />}
      {asked && !state.decoded && state.problem === undefined && <p class="quiet" role="status">Decoding {side * side} codes…</p>}
      {state.decoded && <GridPicture decoded={state.decoded} />}
    </section>
  ); // prettier-ignore
}

function GridPicture({ decoded }: { readonly decoded: Decoded }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const looks = decodedLooks(decoded);
  useEffect(() => {
    const [first] = looks;
    const context = canvas.current?.getContext('2d');
    if (!canvas.current || !context || first?.looks !== 'picture') return;
    const [height, width, channels] = first.shape;
    canvas.current.width = side * width;
    canvas.current.height = side * height;
    looks.forEach((look, k) => {
      if (look.looks !== 'picture') return;
      const image = context.createImageData(width, height);
      for (let p = 0; p < width * height; p++) {
        for (let part = 0; part < 3; part++) image.data[4 * p + part] = look.shades[p * channels + (channels === 3 ? part : 0)] ?? 0;
        image.data[4 * p + 3] = 255;
      }
      context.putImageData(image, (k % side) * width, Math.floor(k / side) * height);
    });
  }, [decoded]); // prettier-ignore
  if (looks[0]?.looks === 'picture')
    return (
      <canvas
        ref={canvas}
        class="thumbnail whole"
        role="img"
        aria-label={`${side} by ${side} decoded codes over the plane`}
      />
    );
  const middle = [0, Math.floor(side / 2), side - 1];
  return (
    <div class="scroll">
      <table class="small">
        <tbody>
          {middle.map((row) => <tr key={row}>{middle.map((column) => <td key={column}><Example look={looks[row * side + column]} name={`row ${row + 1}, column ${column + 1}`} size="small" /></td>)}</tr>)}
        </tbody>
      </table>
    </div>
  ); // prettier-ignore
}
