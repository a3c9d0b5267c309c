// What the playground's form says, in the address: the options of `train`, as the studio's form has them, and its data.
import type { FormField, TrainingForm } from '../../../../src/studio/contract.ts';
import { check, effective, isShown } from '../new/form-state.ts';
import type { Checked, Preset, Typed } from '../new/form-state.ts';

/** What no option of a training is. */
export const usualData = { data: 'digits', examples: '2000' } as const;
const examplesRange = [20, 60_000] as const;

export function examplesProblem(text: string): string | undefined {
  const [least, most] = examplesRange;
  const count = Number(text);
  return text !== '' && Number.isInteger(count) && count >= least && count <= most ? undefined : `A whole number from ${least} to ${most}.`; // prettier-ignore
}

/** Of data that the playground draws itself, or does not read. */
const leftOut = new Set(['preset', 'count', 'testCount', 'dataSeed', 'imageSize', 'imageChannels']);
/** How a file is read. */
const ofFiles = new Set(['testFraction', 'header', 'delimiter']);
const main = new Set(['posterior', 'prior', 'objective', 'likelihood', 'network', 'condition', 'latent', 'hidden', 'learningRate', 'batchSize', 'epochs', 'seed']); // prettier-ignore
const ofParts = new Set(['Prior', 'Posterior', 'Likelihood', 'Objective']);
const inSchedule = /^(.+)-(schedule|warmup-steps|cycles|from)$/;

/** A form as it stands. */
export interface PlaygroundForm {
  readonly main: readonly FormField[];
  /** Folded, unless one of them is changed. */
  readonly more: readonly FormField[];
  /** What holds where nothing is typed. */
  readonly usual: Preset;
  readonly typed: Typed;
}

/** What the playground starts from: small and soon done; a condition where a part cannot do without. */
function usualFor(typed: Typed): Preset {
  const asks = typed.prior === 'conditional-normal' || typed.objective === 'm2';
  const isQuantized = typed.posterior === 'vector-quantized';
  return {
    name: 'playground',
    what: '',
    options: {
      posterior: 'full',
      // Whole codes; and an objective that goes with them.
      latent: isQuantized ? 4 : 2,
      ...(isQuantized && { objective: 'vq' }),
      ...(typed.posterior === 'deterministic' && { objective: 'ae' }),
      ...(typed.objective === 'vq' && { posterior: 'vector-quantized', latent: 4 }),
      hidden: [128],
      learningRate: 0.002,
      batchSize: 100,
      epochs: 20,
      ...(asks && { condition: 'label' }),
    },
  };
}

export function formFor({ fields }: TrainingForm, query: URLSearchParams, isFile: boolean): PlaygroundForm {
  const known = fields.filter(({ name }) => !leftOut.has(name) && (isFile || !ofFiles.has(name)));
  const typed = Object.fromEntries(known.flatMap(({ name }) => { const text = query.get(name); return text === null ? [] : [[name, text]]; })); // prettier-ignore
  const usual = usualFor(typed);
  const shown = known.filter((field) => isShown(field, (name) => effective(name, { typed, preset: usual, fields })));
  const isMain = ({ name, group, flag, when }: FormField): boolean => main.has(name) || (ofParts.has(group) && when !== undefined && !inSchedule.test(flag)); // prettier-ignore
  return { main: shown.filter(isMain), more: shown.filter((field) => !isMain(field)), usual, typed };
}

/** What `train` is given: what is typed, and what the playground starts from as far as it has a say. */
export function optionsOf({ main: first, more, usual, typed }: PlaygroundForm): Checked & { readonly dataOptions: Readonly<Record<string, unknown>> } {
  const fields = [...first, ...more];
  const { options: asked, errors } = check({ presets: [], fields }, typed, usual);
  const all: Record<string, unknown> = { ...asked };
  Reflect.deleteProperty(all, 'preset');
  for (const { name } of fields) if (usual.options[name] !== undefined && all[name] === undefined) all[name] = usual.options[name];
  // Columns, where there are several.
  if (typeof all.condition === 'string' && all.condition.includes(',')) all.condition = all.condition.split(',').map((name) => name.trim());
  const dataOptions = Object.fromEntries(Object.entries(all).filter(([name]) => ofFiles.has(name)));
  for (const name of ofFiles) Reflect.deleteProperty(all, name);
  return { options: scheduled(all, fields), dataOptions, errors };
} // prettier-ignore

/** `beta` and `betaWarmupSteps` of the form as the option has them: { value, schedule, warmupSteps }. */
function scheduled(options: Readonly<Record<string, unknown>>, fields: readonly FormField[]): Record<string, unknown> {
  const result: Record<string, unknown> = { ...options };
  for (const { name, flag } of fields) {
    const [, base, entry = ''] = inSchedule.exec(flag) ?? [];
    const own = fields.find((field) => field.flag === base);
    if (!own || options[name] === undefined) continue;
    Reflect.deleteProperty(result, name);
    const before = result[own.name] ?? own.default;
    const value = typeof before === 'object' && before !== null ? before : { ...(before !== undefined && { value: before }), schedule: 'linear' }; // prettier-ignore
    result[own.name] = { ...value, [entry === 'warmup-steps' ? 'warmupSteps' : entry]: options[name] };
  }
  return result;
}

/** --batch-size → batch size, as the form calls it. */
export function labelOf({ flag }: FormField): string {
  return flag.replace(/^--(data-option )?/, '').replace(/=$/, '').replaceAll('-', ' '); // prettier-ignore
}

/** A sentence of the library, with the form's names for the flags of the command line. */
export function inFormWords(text: string, fields: readonly FormField[]): string {
  // Where it is of something that the form has not, what stands in brackets says nothing here.
  const known = text.replaceAll(/ \(--([a-z-]+)[^)]*\)/g, (all, name) =>
    fields.some((each) => each.flag === `--${String(name)}`) ? all : '',
  );
  return known.replaceAll(/--[a-z]+(?:-[a-z]+)*/g, (flag) => {
    const field = fields.find((each) => each.flag === flag);
    return field ? `‘${labelOf(field)}’` : flag;
  });
}
