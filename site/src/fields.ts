/**
 * What a reader may set in a figure: a number within limits, or one of a few choices. Fields whose name begins with _
 * follow from others and stay out of the page's address.
 */
export interface NumberField {
  readonly kind: 'number';
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly initial: number;
  /** A box that takes every number, within the limits or not: the figure computes with it or says why it cannot. NaN: none. */
  readonly free?: boolean;
}

export interface ChoiceField<Option extends string = string> {
  readonly kind: 'choice';
  readonly label: string;
  readonly options: Readonly<Record<Option, string>>;
  readonly initial: Option;
}

export type Field = NumberField | ChoiceField;
export type Fields = Readonly<Record<string, Field>>;
export type Values = Readonly<Record<string, number | string>>;

export type ValuesOf<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends ChoiceField<infer Option> ? Option : number;
};

export function number(label: string, options: Omit<NumberField, 'kind' | 'label'>): NumberField {
  return { kind: 'number', label, ...options };
}

export function choice<Option extends string>(
  label: string,
  options: Readonly<Record<Option, string>>,
  initial: NoInfer<Option>,
): ChoiceField<Option> {
  return { kind: 'choice', label, options, initial };
}

export function initialValues(fields: Fields): Values {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.initial]));
}

/** The value that text from a control or the address stands for; nothing for what the field cannot hold. */
export function readField(field: Field, text: string): number | string | undefined {
  if (field.kind === 'choice') return Object.hasOwn(field.options, text) ? text : undefined;
  const readable = text.trim() !== '' && Number.isFinite(Number(text));
  if (field.free === true) return readable ? Number(text) : NaN;
  if (!readable) return undefined;
  return clamp(Number(text), field.min, field.max);
}

export function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}

/** `value` on the grid of `step`, without the grid's rounding errors. */
export function snap(value: number, step: number): number {
  return Number((Math.round(value / step) * step).toFixed(6));
}
