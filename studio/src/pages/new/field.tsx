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
      <label for={id}>{labelOf(field)}</label>
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
      <p id={`${id}-help`} class="help">{choice && choice.what !== '' ? choice.what : field.help}{asText(otherwise) !== '' && field.type !== 'flag' ? ` (${isPreset ? 'preset' : 'default'}: ${asText(otherwise)})` : ''}</p>
      {error !== undefined && <p id={`${id}-error`} class="field-error">{error}</p>}
    </div>
  );
} // prettier-ignore

/** --data-option size= → size; --batch-size → batch size */
function labelOf({ flag }: FormField): string {
  return flag.replace(/^--(data-option )?/, '').replace(/=$/, '').replaceAll('-', ' '); // prettier-ignore
}
