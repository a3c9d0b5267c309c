import type { FormField } from '../../../../src/studio/contract.ts';
import { asText } from '../new/form-state.ts';
import { labelOf } from './settings.ts';

export interface PlayFieldProps {
  readonly field: FormField;
  readonly typed: string | undefined;
  /** What holds where nothing is typed. */
  readonly otherwise: unknown;
  readonly error: string | undefined;
  readonly disabled: boolean;
  readonly onType: (text: string | undefined) => void;
}

/** One option of the training, small; its help where one points at it. */
export function PlayField({ field, typed, otherwise, error, disabled, onType }: PlayFieldProps) {
  const { name, type, choices, help } = field;
  const id = `play-${name}`;
  const usual = asText(otherwise);
  const shown = typed ?? usual;
  const choice = choices?.find(({ value }) => value === shown);
  const common = { id, disabled, title: choice && choice.what !== '' ? choice.what : help, 'aria-invalid': error !== undefined, 'aria-describedby': `${id}-said` }; // prettier-ignore
  const change = (text: string): void => {
    onType(text === '' || text === usual ? undefined : text);
  };
  return (
    <div class="control">
      <label for={id}>{labelOf(field)}</label>
      {type === 'choice' && choices ? (
        <select {...common} value={shown} onChange={(event) => { change(event.currentTarget.value); }}>
          {!choices.some(({ value }) => value === usual) && <option value="">by the data</option>}
          {choices.map(({ value, what }) => <option key={value} value={value} title={what}>{value}</option>)}
        </select>
      ) : type === 'flag' ? (
        <input {...common} type="checkbox" checked={shown === 'true'} onChange={(event) => { change(String(event.currentTarget.checked)); }} />
      ) : (
        <input {...common} value={typed ?? ''} placeholder={usual === '' ? 'usual' : usual} inputMode={type === 'text' ? 'text' : 'decimal'} autocomplete="off" spellcheck={false} onInput={(event) => { change(event.currentTarget.value.trim()); }} />
      )}
      <span id={`${id}-said`} class="field-error">{error}</span>
    </div>
  ); // prettier-ignore
}
