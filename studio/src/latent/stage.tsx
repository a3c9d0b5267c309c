import { useEffect, useRef } from 'preact/hooks';
import { colorOf, paint } from '../shell/theme.ts';
import type { OverlayColours, OverlayContents } from './overlay.ts';
import { StageView } from './stage-view.ts';
import type { StageEvents, Tool } from './stage-view.ts';

export interface StageProps extends StageEvents {
  readonly points: Float32Array;
  /** Changes when other points are to be fitted into the window. */
  readonly layout: string;
  readonly colours: Uint8Array;
  readonly faded: Uint8Array;
  readonly contents: OverlayContents;
  readonly tool: Tool;
  readonly label: string;
  readonly onReady: (view: StageView) => void;
}

export function overlayColours(): OverlayColours {
  return { ink: colorOf('--ink'), quiet: colorOf('--quiet'), grid: colorOf('--grid'), accent: colorOf('--accent'), paper: colorOf('--raised') }; // prettier-ignore
}

/** Points and what is drawn above them; the keyboard goes from point to point. */
export function Stage(props: StageProps) {
  const points = useRef<HTMLCanvasElement>(null);
  const lines = useRef<HTMLCanvasElement>(null);
  const view = useRef<StageView | undefined>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const fitted = useRef('');
  useEffect(() => {
    if (!points.current || !lines.current) return undefined;
    // What is called is what the page has by then.
    const events: StageEvents = {
      onHover: (...given) => { latest.current.onHover(...given); },
      onPick: (...given) => { latest.current.onPick(...given); },
      onPlace: (...given) => { latest.current.onPlace(...given); },
      onDrag: (...given) => { latest.current.onDrag(...given); },
      onSelect: (...given) => { latest.current.onSelect(...given); },
      onFocusPoint: (...given) => { latest.current.onFocusPoint(...given); },
      onEscape: () => { latest.current.onEscape(); },
      onView: (...given) => { latest.current.onView(...given); },
    }; // prettier-ignore
    const made = new StageView(points.current, lines.current, events);
    view.current = made;
    latest.current.onReady(made);
    return () => {
      made.dispose();
      view.current = undefined;
    };
  }, []);
  useEffect(() => {
    // A layout that has just begun has no places yet: those to come are fitted too.
    const hasPlaces = props.points.some(Number.isFinite);
    view.current?.setPoints(props.points, fitted.current === props.layout);
    if (hasPlaces && !props.layout.endsWith('…')) fitted.current = props.layout;
  }, [props.points]);
  useEffect(() => {
    view.current?.setColours(props.colours);
  }, [props.colours]);
  useEffect(() => {
    view.current?.setFaded(props.faded);
  }, [props.faded]);
  const painted = paint.value;
  useEffect(() => {
    view.current?.setContents(props.contents, overlayColours());
  }, [props.contents, painted]);
  if (view.current) view.current.tool = props.tool;
  return (
    <div class={`stage tool-${props.tool}`}>
      <canvas ref={points} class="stage-points" aria-hidden="true" />
      <canvas ref={lines} class="stage-lines" tabIndex={0} role="application" aria-roledescription="scatter plot" aria-label={props.label} aria-describedby="stage-keys" />
    </div>
  ); // prettier-ignore
}
