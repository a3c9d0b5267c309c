// The latent explorer: codes of examples as points, their q(z|x) as ellipses, and what any place decodes to.
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { RunPageProps } from '../../shell/pages.ts';
import { setQuery, useChoice, useNumberSetting, useSetting } from '../../shell/router.ts';
import { colorOf, paint } from '../../shell/theme.ts';
import { formatNumber } from '../../ui/format.ts';
import { Empty, Failure, Message } from '../../ui/message.tsx';
import type { CodesData } from '../../latent/codes.ts';
import { nearest } from '../../latent/neighbours.ts';
import type { OverlayContents } from '../../latent/overlay.ts';
import { pathBetween } from '../../latent/paths.ts';
import { lift, project } from '../../latent/plane.ts';
import type { Plane, Point } from '../../latent/plane.ts';
import { Stage } from '../../latent/stage.tsx';
import type { StageView, Tool } from '../../latent/stage-view.ts';
import { useCodes } from '../../latent/use-codes.ts';
import { useContours } from '../../latent/use-contours.ts';
import { useDecoded } from '../../latent/use-decoded.ts';
import { useCovariances } from '../../latent/use-ellipses.ts';
import { useLayout } from '../../latent/use-layout.ts';
import { useLooks } from '../../latent/use-looks.ts';
import { useModel } from '../../model/use-model.ts';
import { ConditionFields } from '../../tables/condition-fields.tsx';
import { colourChoices, colouringOf } from './colouring.ts';
import { DataChoice, UploadData } from './data-choice.tsx';
import { codeAt, centerOf, heldName } from './held.ts';
import type { Held } from './held.ts';
import { Legend } from './legend.tsx';
import { examplesOf, levelsOf, wholeLevels } from './levels.ts';
import { Notes } from './notes.tsx';
import { useCondition } from './use-condition.ts';
import { Probe, Sliders } from './probe.tsx';
import { Selection, save } from './selection.tsx';
import { GridPanel, NeighboursPanel, PathPanel, pathSteps } from './strips.tsx';
import './latent.css';

/** Ellipses that are drawn at once, at most. */
const mostEllipses = 250;
/** Of a selection: more would hide the points. */
const mostChosen = 24;
/** Of more points than these, some stand for all. */
const someEllipses = 120;

export default function LatentPage({ run }: RunPageProps) {
  const [split, setSplit] = useSetting('split', 'test');
  const [count, setCount] = useNumberSetting('count', 10_000, [1, 100_000]);
  const [data, setData] = useSetting('data', '');
  const query = `${data === '' ? '' : `data=${encodeURIComponent(data)}&`}${split === 'test' ? '' : `split=${split}&`}limit=${Math.round(count)}`;
  const { codes, progress, problem, again } = useCodes(run.id, query);
  if (!run.files.some(({ name }) => name === 'model.safetensors')) {
    return (
      <Empty title="There is no model yet.">
        <p>The run keeps its model when its training has come to an end, or is stopped.</p>
      </Empty>
    );
  }
  const choice = (
    <>
      <DataChoice data={data} own={run.data.source} onData={setData} />
      <label>
        Examples
        <select value={split} onChange={(event) => { setSplit(event.currentTarget.value); }}>
          <option value="test">test split</option>
          <option value="train">training split</option>
          <option value="all">all</option>
        </select>
      </label>
      <label>
        at most
        <select value={String(count)} onChange={(event) => { setCount(Number(event.currentTarget.value)); }}>
          {[...new Set([1000, 10_000, 60_000, 100_000, count])].sort((a, b) => a - b).map((each) => <option key={each} value={each}>{each}</option>)}
        </select>
      </label>
    </>
  ); // prettier-ignore
  if (problem !== undefined) {
    return (
      <>
        <div class="controls">{choice}</div>
        <Failure problem={problem} again={again} />
      </>
    );
  }
  if (!codes) {
    return (
      <div class="run-progress" role="status">
        {progress?.what === 'codes' ? `Encoding ${progress.total} examples…` : 'Reading the data…'}
        <progress {...(progress?.what === 'codes' && { value: progress.done, max: progress.total })} />
      </div>
    );
  }
  return (
    <>
      {codes.about.missing !== undefined && (
        <Message kind="warning" title="The run's examples are not at hand: there are no codes to show.">
          <p>{codes.about.missing.replace(/ Say where they are: .*$/, '')}</p>
          <p>Choose them among the data below, or upload them. The latent space is here all the same: click a place or move a slider, and it is decoded.</p>
          <UploadData onData={setData} />
        </Message>
      )}
      <Explorer key={`${run.id} ${query}`} run={run} file={run.name.replaceAll('/', '-')} query={query} codes={codes} choice={choice} />
    </>
  ); // prettier-ignore
}

function Explorer({ run, file, query, codes, choice }: {
  readonly run: RunPageProps['run'];
  readonly file: string;
  readonly query: string;
  readonly codes: CodesData;
  readonly choice: preact.ComponentChildren;
}) {
  const { id } = run;
  const { about, mean, stddev } = codes;
  const { latent } = about;
  const hasExamples = about.count > 0;
  const [layoutChosen, setLayoutName] = useChoice('layout', latent > 2 ? ['pca', 'pair', 'umap'] : ['pair', 'pca', 'umap']);
  // Axes and neighbourhoods are those of codes.
  const layoutName = hasExamples ? layoutChosen : 'pair';
  const [i, setI] = useNumberSetting('i', 1, [1, latent]);
  const [j, setJ] = useNumberSetting('j', Math.min(2, latent), [1, latent]);
  const choices = hasExamples ? colourChoices(codes) : [{ name: 'none', title: 'nothing' }];
  const [colour, setColour] = useSetting('colour', choices[0]?.name ?? 'none');
  const [path, setPath] = useChoice('path', ['linear', 'spherical']);
  const [withEllipses, setEllipses] = useChoice('ellipses', ['yes', 'no']);
  const [withPrior, setPrior] = useChoice('prior', ['yes', 'no']);
  const [withAggregate, setAggregate] = useChoice('aggregate', ['no', 'yes']);
  const [tool, setTool] = useState<Tool>('move');
  const [hovered, setHovered] = useState<{ place: Point; index: number | undefined } | undefined>(undefined);
  const [held, setHeld] = useState<Held | undefined>(undefined);
  const [selection, setSelection] = useState<readonly number[]>([]);
  const [ends, setEnds] = useState<{ from?: Held; to?: Held }>({});
  const [shown, setShown] = useState<readonly number[]>([]);
  const [window, setWindow] = useState<{ readonly x: readonly [number, number]; readonly y: readonly [number, number] } | undefined>(undefined); // prettier-ignore
  const stage = useRef<StageView | undefined>(undefined);
  const model = useModel(run);

  const dimensions = [Math.round(i) - 1, Math.round(j) - 1] as const;
  const { layout, key, cancel, problem: layoutProblem } = useLayout(codes, layoutName, dimensions, () => { setLayoutName('pca'); }); // prettier-ignore
  const plane = layout?.plane;
  const points = useMemo(() => layout?.points ?? new Float32Array(2 * about.count).fill(NaN), [layout?.points, codes]);
  const painted = paint.value;
  const isDark = useMemo(isPaperDark, [painted]);
  const colouring = useMemo(() => colouringOf(codes, colour, isDark), [codes, colour, isDark]);
  const faded = useMemo(() => {
    const bytes = new Uint8Array(about.count);
    const chosen = new Set(selection);
    if (selection.length > 0) for (let k = 0; k < about.count; k++) bytes[k] = chosen.has(k) ? 0 : 1;
    return bytes;
  }, [selection, codes]);
  const levels = useMemo(() => (colouring.legend.kind === 'categories' ? levelsOf(codes, colour) : undefined), [codes, colour, colouring]);
  const selectedLevels = useMemo(() => wholeLevels(levels, selection), [levels, selection]);
  const toggleLevel = (level: number): void => {
    const own = examplesOf(levels, level);
    const isOn = selectedLevels.has(level);
    const taken = new Set(own);
    setSelection(isOn ? selection.filter((index) => !taken.has(index)) : [...new Set([...selection, ...own])].sort((a, b) => a - b));
  };

  // What is looked at: the code that is held, else the example under the pointer, else the place under it.
  const center = useMemo(() => centerOf(mean, latent), [codes]);
  const looked = useMemo((): Held | undefined => {
    if (held) return held;
    if (!hovered) return undefined;
    const { index, place } = hovered;
    if (index !== undefined) return { z: codeAt(mean, latent, index), index, isMoved: false };
    return plane?.b && about.whyNoSamples === undefined ? { z: lift(plane, place, center), index: undefined, isMoved: true } : undefined; // prettier-ignore
  }, [held, hovered, plane]);
  useEffect(() => {
    // What a condition may be, the model says.
    if (looked || about.condition) model.need();
  }, [looked !== undefined]);
  const z = useMemo(() => (looked ? Float32Array.from(looked.z) : undefined), [looked]);
  const { condition, chosen: chosenGiven, givenFor } = useCondition(codes, model.model);
  const given = givenFor(looked?.index);
  const decoded = useDecoded(model, z, given);
  const pathCodes = useMemo(() => {
    if (!ends.from || !ends.to) return undefined;
    return pathBetween(ends.from.z, ends.to.z, { steps: pathSteps, path });
  }, [ends, path]);
  const pathDecoded = useDecoded(model, pathCodes, givenFor(ends.from?.index));

  const neighbours = useMemo(
    () => (held ? nearest(mean, held.z, { count: 8, without: held.isMoved ? -1 : (held.index ?? -1) }) : []),
    [held],
  );
  const heldAt = held && !held.isMoved ? held.index : neighbours[0]?.index;
  const nameOf = (index: number): string => {
    const label = codes.labels && (about.classes?.[codes.labels[index] ?? -1] ?? String(codes.labels[index]));
    return `${about.names?.[index] ?? `example ${index}`}${label === undefined ? '' : `, ${label}`}`;
  };
  const endNames = useMemo(() => [ends.from, ends.to].map((end) => end && heldName(end, { mean, nameOf })), [ends]);
  const lookedIndex = looked && !looked.isMoved ? looked.index : (held?.index ?? undefined);
  const lookOf = useLooks({ id, query }, [...(lookedIndex === undefined ? [] : [lookedIndex]), ...neighbours.map(({ index }) => index)]); // prettier-ignore

  // Ellipses: of what is chosen (evenly of large selections), and of all that are on the screen when these are few.
  const chosen = useMemo(() => {
    const set = new Set<number>(evenly(selection, mostChosen));
    if (held?.index !== undefined) set.add(held.index);
    else if (hovered?.index !== undefined) set.add(hovered.index);
    return set;
  }, [selection, held?.index, hovered?.index]);
  const isFew = shown.length <= mostEllipses;
  const stride = Math.max(1, Math.round(about.count / someEllipses));
  const some = useMemo(() => Array.from({ length: Math.ceil(about.count / stride) }, (_, k) => k * stride), [codes]);
  const hasEllipses = withEllipses === 'yes' && plane !== undefined && about.spread !== 'none';
  const wanted = hasEllipses ? [...new Set([...chosen, ...(isFew ? shown : some)])] : [];
  const covarianceOf = useCovariances({ id, query }, codes, wanted);
  const contours = useContours(codes, plane, { aggregate: withAggregate === 'yes' && hasExamples, prior: withPrior === 'yes' });

  /** N(0, I), which is drawn by circles. */
  const hasPrior = about.priorIsStandard && about.whyNoSamples === undefined && withPrior === 'yes';
  const contents = useMemo((): OverlayContents => {
    const at = (index: number): Point => ({ x: points[2 * index] ?? NaN, y: points[2 * index + 1] ?? NaN });
    const [ink, accent, quiet, edge] = ['--ink', '--accent', '--quiet', '--edge'].map(colorOf);
    const inkOf = (index: number): string => `rgb(${Array.from(colouring.bytes.subarray(4 * index, 4 * index + 3)).join(' ')})`; // prettier-ignore
    const ellipses = wanted.flatMap((index) => {
      const covariance = plane && covarianceOf(plane, index);
      const isChosen = chosen.has(index);
      return covariance ? [{ at: at(index), covariance, colour: isChosen ? (ink ?? '') : inkOf(index), isChosen }] : [];
    });
    const hover = hovered?.index;
    return {
      axes: plane ? plane.names : undefined,
      contours: [
        ...contours.aggregate.map((segments) => ({ segments, colour: accent ?? '', dash: [] })),
        ...(plane && !plane.b && hasPrior && window ? [{ segments: upright(plane, window.y), colour: edge ?? '', dash: [2, 4] }] : []),
        ...contours.prior.map((segments) => ({ segments, colour: edge ?? '', dash: [2, 4] })),
      ],
      circles: plane?.b && hasPrior ? { at: project(plane, new Float64Array(latent)), radii: [1, 2, 3], colour: edge ?? '' } : undefined, // prettier-ignore
      ellipses,
      path: plane?.b && pathCodes ? Array.from({ length: pathSteps }, (_, k) => project(plane, pathCodes.subarray(k * latent, (k + 1) * latent))) : [], // prettier-ignore
      rings: [
        ...(hover !== undefined && !held ? [{ at: at(hover), colour: ink ?? '' }] : []),
        ...(held && neighbours.length > 0 ? neighbours.map(({ index }) => ({ at: at(index), colour: quiet ?? '' })) : []),
        // Where no plane is, a code that was moved has no place: the nearest example's is marked.
        ...(held && !plane && heldAt !== undefined ? [{ at: at(heldAt), colour: accent ?? '' }] : []),
      ],
      handle: held && plane ? (plane.b ? project(plane, held.z) : { ...project(plane, held.z), y: held.index === undefined ? 0 : at(held.index).y }) : undefined, // prettier-ignore
      lasso: [],
    };
  }, [points, plane, colouring, wanted.join(), covarianceOf, contours, hovered, held, neighbours, pathCodes, hasPrior, plane?.b ? undefined : window, painted]);

  const hold = useCallback((index: number) => { setHeld({ z: codeAt(mean, latent, index), index, isMoved: false }); }, [codes]); // prettier-ignore
  const onDrag = (place: Point): void => {
    if (!plane || about.whyNoSamples !== undefined) return;
    setHeld((old) => old && { ...old, z: lift(plane, place, old.z), isMoved: true });
  };
  const onSelect = (indices: readonly number[], add: boolean): void => {
    setSelection(add ? [...new Set([...selection, ...indices])].sort((a, b) => a - b) : indices);
  };
  const reach = useMemo(() => {
    let most = 3;
    for (const value of mean) most = Math.max(most, Math.abs(value));
    return Math.min(50, Math.ceil(most));
  }, [codes]);
  const picture = (): void => {
    stage.current?.picture().toBlob((blob) => { if (blob) save(`${file}-latent.png`, blob, 'image/png'); });
  }; // prettier-ignore

  const title = !looked ? 'Point at the codes' : looked.index === undefined ? 'A place in latent space' : looked.isMoved ? `Moved from ${nameOf(looked.index)}` : nameOf(looked.index); // prettier-ignore
  const facts = [
    ...(looked && given ? Object.entries(given).map(([name, value]): [string, string] => [`given ${name}`, String(value ?? '')]) : []),
    ...(lookedIndex === undefined || looked?.isMoved ? [] : factsOf(codes, lookedIndex)),
  ];
  const toggle = (name: string, value: string, set: (value: 'yes' | 'no') => void, isPossible = true) => (
    <label class="inline">
      <input type="checkbox" checked={value === 'yes'} disabled={!isPossible} onChange={(event) => { set(event.currentTarget.checked ? 'yes' : 'no'); }} />
      {name}
    </label>
  ); // prettier-ignore

  return (
    <div class="explorer">
      <div class="controls">
        {choice}
        <label>
          Coordinates
          <select value={layoutName} onChange={(event) => { setLayoutName(event.currentTarget.value as 'pair'); }}>
            <option value="pair">{latent > 2 ? 'two dimensions' : 'the latent space itself'}</option>
            {hasExamples && <option value="pca">principal axes (PCA)</option>}
            {hasExamples && <option value="umap">neighbourhoods (UMAP)</option>}
          </select>
        </label>
        {layoutName === 'pair' && latent > 2 && (
          <>
            <label>across<DimensionSelect value={dimensions[0]} latent={latent} onChange={setI} /></label>
            <label>up<DimensionSelect value={dimensions[1]} latent={latent} onChange={setJ} /></label>
          </>
        )}
        <label>
          Colour by
          <select value={colour} onChange={(event) => { setColour(event.currentTarget.value); }}>
            {choices.map(({ name, title: text }) => <option key={name} value={name}>{text}</option>)}
          </select>
        </label>
        {condition && <ConditionFields fields={condition.fields} chosen={chosenGiven} otherwise={given ?? condition.example} usual={looked?.index === undefined ? 'most frequent' : 'the example’s'} onChange={(name, text) => { setQuery({ [`given.${name}`]: text }); }} />}
        {toggle('q(z|x)', withEllipses, setEllipses, about.spread !== 'none' && plane !== undefined)}
        {toggle('prior', withPrior, setPrior, plane !== undefined && (plane.b !== undefined || about.priorIsStandard) && about.whyNoSamples === undefined)}
        {toggle('aggregate', withAggregate, setAggregate, plane?.b !== undefined && hasExamples)}
      </div>
      <Notes codes={codes} layout={layoutName} aggregate={withAggregate === 'yes'} />
      {layoutProblem !== undefined && <Failure problem={layoutProblem} />}
      <div class="explorer-main">
        <div class="stage-frame">
          <div class="stage-bar row">
            <div class="row" role="group" aria-label="What a drag does">
              {([['move', 'Move'], ['box', 'Box'], ['lasso', 'Lasso']] as const).map(([name, text]) => (
                <button key={name} type="button" class="small" aria-pressed={tool === name} onClick={() => { setTool(name); }}>{text}</button>
              ))}
            </div>
            <div class="row" role="group" aria-label="What is on the screen">
              <button type="button" class="small" aria-label="Nearer" onClick={() => { stage.current?.zoom(1.5); }}>+</button>
              <button type="button" class="small" aria-label="Farther" onClick={() => { stage.current?.zoom(1 / 1.5); }}>−</button>
              <button type="button" class="small" onClick={() => { stage.current?.fit(); }}>All</button>
            </div>
            {layout?.progress && (
              <span class="row" role="status">
                <span class="quiet">{layout.progress.total === 0 ? 'UMAP looks for neighbours…' : `UMAP ${layout.progress.done} of ${layout.progress.total}`}</span>
                {cancel && <button type="button" class="small" onClick={cancel}>Cancel</button>}
              </span>
            )}
          </div>
          <Stage
            points={points}
            layout={layout ? `${key}${layout.progress ? '…' : ''}` : ''}
            colours={colouring.bytes}
            faded={faded}
            contents={contents}
            tool={tool}
            label={`Codes of ${about.count} examples, ${layoutName === 'umap' ? 'by UMAP' : (plane?.names.join(' against ') ?? '')}`}
            onReady={(view) => { stage.current = view; view.pointSize = about.count > 20_000 ? 4 : 6; }}
            onHover={(place, index) => { setHovered(place && { place, index }); }}
            onPick={(index, add) => { if (add) onSelect(selection.includes(index) ? selection.filter((each) => each !== index) : [index], !selection.includes(index)); else hold(index); }}
            onPlace={(place) => { setHeld(plane?.b && about.whyNoSamples === undefined && !held ? { z: lift(plane, place, center), index: undefined, isMoved: true } : undefined); }}
            onDrag={onDrag}
            onSelect={onSelect}
            onFocusPoint={(index) => { setHeld(undefined); setHovered({ place: { x: points[2 * index] ?? 0, y: points[2 * index + 1] ?? 0 }, index }); }}
            onEscape={() => { if (held) setHeld(undefined); else setSelection([]); }}
            onView={(view, { width, height }) => {
              setWindow({ x: [view.x - (width / 2) * view.unit, view.x + (width / 2) * view.unit], y: [view.y - (height / 2) * view.unit, view.y + (height / 2) * view.unit] });
              setShown(stage.current?.visible(mostEllipses) ?? []);
            }}
          />
          {hasEllipses && (
            <p class="quiet keys">
              {plane.b ? 'Ellipses: one standard deviation of q(z|x)' : 'Lines: μ ± σ of q(z|x), at the height of σ'}
              {isFew ? '' : ` of every ${stride}th example; of all when you zoom in`}.{plane.b ? <> With the axes of Σ<sup>½</sup> where you point.</> : ''}
            </p>
          )}
          <Legend legend={colouring.legend} selected={selectedLevels} onToggle={toggleLevel} />
          <p id="stage-keys" class="quiet keys">
            Point to decode, click to hold a code, drag its handle through latent space. Keys: arrows go from point to point, Enter holds, Space selects, Alt + arrows move the handle, Shift + arrows the window, + − 0 zoom, Escape lets go.
          </p>
          <p class="hidden" role="status">{hovered?.index === undefined ? '' : nameOf(hovered.index)}</p>
        </div>
        <div class="explorer-side">
          <Probe title={title} original={lookedIndex === undefined ? undefined : lookOf(lookedIndex)} hasOriginal={lookedIndex !== undefined} decoded={looked ? decoded.looks[0] : undefined} problem={model.problem ?? (looked ? decoded.problem : undefined)} again={model.need} isOpening={model.isOpening} facts={facts} />
          {about.whyNoSamples === undefined && <Sliders
            z={looked?.z ?? center}
            mean={held?.index === undefined ? undefined : codeAt(mean, latent, held.index)}
            stddev={held?.index === undefined ? undefined : stddev?.subarray(held.index * latent, (held.index + 1) * latent)}
            reach={reach}
            onChange={(next) => { model.need(); setHeld({ z: next, index: held?.index ?? looked?.index, isMoved: true }); }}
            onReset={() => { if (held?.index === undefined) setHeld({ z: center, index: undefined, isMoved: true }); else hold(held.index); }}
          />}
        </div>
      </div>
      <div class="explorer-below">
        {hasExamples && <NeighboursPanel neighbours={neighbours} lookOf={lookOf} nameOf={nameOf} onPick={hold} />}
        <PathPanel from={endNames[0]} to={endNames[1]} canSet={held !== undefined} onSet={(end) => { if (held) setEnds({ ...ends, [end]: held }); }} path={path} onPath={setPath} looks={pathDecoded.looks} problem={pathDecoded.problem} />
        <GridPanel held={model} plane={plane?.b ? plane : undefined} from={held?.z ?? center} window={window} given={given} why={about.whyNoSamples ?? (plane?.b ? undefined : latent === 1 ? 'The space has one dimension: the slider goes through it.' : 'UMAP has no way back from a place to a code.')} />
        {hasExamples && <Selection codes={codes} points={points} selection={selection} nameOf={nameOf} onPick={hold} onClear={() => { setSelection([]); }} onPicture={picture} file={file} />}
      </div>
    </div>
  );
} // prettier-ignore

function DimensionSelect({ value, latent, onChange }: { readonly value: number; readonly latent: number; readonly onChange: (dimension: number) => void }) {
  return (
    <select value={String(value + 1)} onChange={(event) => { onChange(Number(event.currentTarget.value)); }}>
      {Array.from({ length: latent }, (_, k) => <option key={k} value={k + 1}>z{k + 1}</option>)}
    </select>
  );
} // prettier-ignore

function factsOf({ about, labels, kl, error, column }: CodesData, index: number): [string, string][] {
  return [
    ...(labels ? [['label', about.classes?.[labels[index] ?? -1] ?? String(labels[index])] as [string, string]] : []),
    ...(kl ? [['KL(q ‖ p)', `${formatNumber(kl[index])} nats`] as [string, string]] : []),
    ['−log p(x|z)', `${formatNumber(error[index])} nats`],
    ...(about.looks === 'row' ? [] : about.columns.slice(0, 8).map(({ name, levels }): [string, string] => [name, levels?.[column(name)?.[index] ?? -1] ?? formatNumber(column(name)?.[index])])), // prettier-ignore
  ];
}

function isPaperDark(): boolean {
  const [red = 255, green = 255, blue = 255] = (colorOf('--paper').match(/[\d.]+/g) ?? []).map(Number);
  return red + green + blue < 384;
}

/** ±1, ±2 and ±3 standard deviations of N(0, 1), upright. */
function upright(plane: Plane, [low, high]: readonly [number, number]): Float64Array {
  return Float64Array.from(
    [-3, -2, -1, 1, 2, 3].flatMap((k) => {
      const { x } = project(plane, [k]);
      return [x, low, x, high];
    }),
  );
}

/** At most so many of them, evenly chosen. */
function evenly(values: readonly number[], most: number): number[] {
  const step = Math.max(1, values.length / most);
  return Array.from({ length: Math.min(values.length, most) }, (_, k) => values[Math.floor(k * step)] ?? 0);
}
