import type { FormField } from '../../../../src/studio/contract.ts';
import { asText } from './form-state.ts';

interface FieldProps {
  readonly field: FormField;
  /** As typed; undefined where it is at its default. */
  readonly typed: string | undefined;
  /** What holds where nothing is typed: the preset's, or the default. */
  readonly otherwise: unknown;
  readonly isPreset: boolean;
  readonly error: string | undefined;
  readonly onType: (text: string | undefined) => void;
}

/** One option, with its help, its default and what is wrong with it. */
export function Field({ field, typed, otherwise, isPreset, error, onType }: FieldProps) {
  const id = `option-${field.name}`;
  const shown = typed ?? asText(otherwise);
  const described = [`${id}-help`, ...(error === undefined ? [] : [`${id}-error`])].join(' ');
  const common = { id, 'aria-describedby': described, 'aria-invalid': error !== undefined };
  const choice = field.choices?.find(({ value }) => value === shown);
  return (
    <div class={typed === undefined ? 'field' : 'field changed'}>
      <label for={id} title={field.flag}>{labelOf(field)}</label>
      {field.type === 'choice' && field.choices ? (
        <select {...common} value={shown} onChange={(event) => { onType(event.currentTarget.value); }}>
          {!field.choices.some(({ value }) => value === shown) && <option value={shown}>{shown === '' ? 'as suits the data' : shown}</option>}
          {field.choices.map(({ value }) => <option key={value} value={value}>{value}</option>)}
        </select>
      ) : field.type === 'flag' ? (
        <input {...common} type="checkbox" checked={shown === 'true'} onChange={(event) => { onType(String(event.currentTarget.checked)); }} />
      ) : (
        <input {...common} type="text" inputMode={field.type === 'whole' ? 'numeric' : field.type === 'text' ? 'text' : 'decimal'} autocomplete="off" spellcheck={false}
          value={typed ?? ''} placeholder={asText(otherwise)} onInput={(event) => { const text = event.currentTarget.value; onType(text === '' ? undefined : text); }} />
      )}
      {typed !== undefined && (
        <button type="button" class="small" aria-label={`Back to the default of ${field.flag}`} onClick={() => { onType(undefined); }}>Default</button>
      )}
      <p id={`${id}-help`} class="help">{choice && choice.what !== '' ? choice.what : field.help}{!field.choices && field.type !== 'flag' && <span class="range"> – {field.expected}</span>}{asText(otherwise) !== '' && field.type !== 'flag' ? ` (${isPreset ? 'preset' : 'default'}: ${asText(otherwise)})` : ''}</p>
      {error !== undefined && <p id={`${id}-error`} class="field-error">{error}</p>}
    </div>
  );
} // prettier-ignore

/** What options are called that their names do not say to everybody; the name itself is the label's title. */
const labels: Readonly<Record<string, string>> = {
  latent: 'Latent dimensions',
  onNan: 'Where a step is not finite',
  clipNorm: 'Gradient norm cut at',
  trim: 'Trimmed share of training examples',
  validation: 'Held-out share',
  validationTrim: 'Trimmed share of held-out examples',
  count: 'Training examples',
  testCount: 'Test examples',
  dataSeed: 'Seed of the data',
  testFraction: 'Share of the test split',
  imageSize: 'Rows and columns of images',
  imageChannels: 'Channels of images',
  hidden: 'Hidden layers',
  patience: 'Epochs without progress until it stops',
  binarize: 'Grey to black and white',
};

/** --data-option size= → Size; --batch-size → Batch size */
function labelOf({ name, flag }: FormField): string {
  const words = flag.replace(/^--(data-option )?/, '').replace(/=$/, '').replaceAll('-', ' '); // prettier-ignore
  return labels[name] ?? `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
