import type { Covariance, Point } from './covariance.ts';
import { escape } from './format.ts';
import { snap } from './fields.ts';
import type { Fields, Values, ValuesOf } from './fields.ts';

/** What all figures share: the reader's Σ, and the seed of the noise. */
export interface Shared {
  readonly sigma: Covariance;
  /** A matrix that the reader tried as Σ, and that is no covariance the figures could draw. */
  readonly tried?: Covariance | undefined;
  readonly seed: number;
}

export const initialShared: Shared = { sigma: { xx: 2, xy: 1, yy: 2 }, seed: 3 };

export interface Change<V extends Values = Values> {
  readonly own?: Partial<V>;
  readonly shared?: Partial<Shared>;
}

/** What a figure is drawn from. `slider`, `numeric` and `choices` make its controls. */
export interface View<F extends Fields = Fields> {
  readonly own: ValuesOf<F>;
  readonly shared: Shared;
  readonly slider: (field: keyof F & string, options?: SliderOptions) => string;
  readonly numeric: (field: keyof F & string, options?: NumericOptions) => string;
  readonly choices: (field: keyof F & string) => string;
}

export interface SliderOptions {
  /** What stands after the track; default: the number. */
  readonly readout?: string;
}

export interface NumericOptions {
  /** Whether what stands in the box is refused. */
  readonly invalid?: boolean;
}

/** A figure is a function from its settings to markup: built once into the page, then again at each change. */
export interface Figure<F extends Fields = Fields> {
  readonly id: string;
  readonly fields: F;
  render(view: View<F>): string;
  /** The figure's result in a sentence, spoken after a change. */
  describe(view: View<F>): string;
  /** What a control's new value changes; default: the field itself. */
  set?(field: keyof F & string, value: number | string, view: View<F>): Change<ValuesOf<F>>;
  /** Own settings that follow what all figures share, whoever changed it. */
  sync?(shared: Shared): Partial<ValuesOf<F>>;
  /** A handle was moved, by pointer or keys, to this point of its plane. */
  drag?(handle: string, to: Point, view: View<F>): Change<ValuesOf<F>>;
  /** A button was pressed. */
  act?(action: string, view: View<F>): Change<ValuesOf<F>>;
  /** Milliseconds between the frames of its animation; default: as often as the screen is drawn. */
  readonly pace?: number;
  /** Plays while a reader sees it, unless they stopped it or asked for less motion. */
  readonly autoplay?: boolean;
  /** One frame of the animation that the figure's play button starts; `done` ends it. */
  play?(seconds: number, from: ValuesOf<F>): { readonly own: Partial<ValuesOf<F>>; readonly done: boolean };
}

/** Fixes a figure's types, then forgets them, so that all figures fit one list. */
export function figure<const F extends Fields>(definition: Figure<F>): Figure {
  return definition;
}

export function viewOf(target: Figure, own: Values, shared: Shared): View {
  const { id, fields } = target;
  return {
    own: own as ValuesOf<Fields>,
    shared,
    slider: (name, options) => slider(id, name, fields, own, options),
    numeric: (name, options) => numeric(name, fields, own, options),
    choices: (name) => choices(id, name, fields, own),
  };
}

function numberField(name: string, fields: Fields, own: Values) {
  const field = fields[name];
  if (field?.kind !== 'number') throw new Error(`figure: '${name}' is no number field.`);
  return { field, value: Number(own[name]) };
}

function slider(id: string, name: string, fields: Fields, own: Values, options: SliderOptions = {}): string {
  const { field, value } = numberField(name, fields, own);
  const text = options.readout ?? String(snap(value, field.step)).replace('-', '−');
  const share = ((value - field.min) / (field.max - field.min)) * 100;
  return `<label class="control slider"><span class="control-label">${field.label}</span>
    <input type="range" id="${id}-${name}" data-field="${name}" min="${field.min}" max="${field.max}" step="${field.step}" value="${value}" style="--share:${share.toFixed(1)}%">
    <span class="readout">${text}</span></label>`;
}

function numeric(name: string, fields: Fields, own: Values, options: NumericOptions = {}): string {
  const { field, value } = numberField(name, fields, own);
  const limits = field.free === true ? ' step="any"' : ` min="${field.min}" max="${field.max}" step="${field.step}"`;
  const invalid = options.invalid === true ? ' aria-invalid="true"' : '';
  return `<input type="number" data-field="${name}" aria-label="${escape(field.label)}"${limits}${invalid} value="${Number.isNaN(value) ? '' : value}">`;
}

function choices(id: string, name: string, fields: Fields, own: Values): string {
  const field = fields[name];
  if (field?.kind !== 'choice') throw new Error(`figure: '${name}' is no choice field.`);
  const options = Object.entries(field.options).map(
    ([option, label]) =>
      `<label><input type="radio" name="${id}-${name}" data-field="${name}" value="${option}"${own[name] === option ? ' checked' : ''}><span>${label}</span></label>`,
  );
  return `<fieldset class="control segmented"><legend>${field.label}</legend><div>${options.join('')}</div></fieldset>`;
}

/** A button of a figure; the action `play` starts its animation. */
export function button(action: string, label: string, options: { readonly disabled?: boolean } = {}): string {
  return `<button type="button" data-action="${action}"${options.disabled === true ? ' disabled' : ''}>${label}</button>`;
}
