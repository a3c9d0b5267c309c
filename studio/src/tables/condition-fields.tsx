// What a model is given beside z, name by name.
import type { CellValue, Row, TableField } from '../model/messages.ts';
import { cellProblem } from './cell-problem.ts';

export interface ConditionFieldsProps {
  readonly fields: readonly TableField[];
  /** What was chosen, by name; what is absent is `otherwise`. */
  readonly chosen: Readonly<Record<string, string>>;
  /** What holds where nothing was chosen. */
  readonly otherwise: Row;
  /** What that is: 'of the example'. */
  readonly usual: string;
  readonly onChange: (name: string, text: string | undefined) => void;
}

export function ConditionFields({ fields, chosen, otherwise, usual, onChange }: ConditionFieldsProps) {
  return (
    <>
      {fields.map((field) => {
        const { name, levels, kind } = field;
        const text = chosen[name] ?? '';
        const wrong = text === '' ? undefined : cellProblem(field, cellOf(field, text));
        const usually = `${usual}: ${String(otherwise[name] ?? '')}`;
        return (
          <label key={name}>
            given {name}
            {levels ? (
              <select value={text} onChange={(event) => { onChange(name, event.currentTarget.value || undefined); }}>
                <option value="">{usually}</option>
                {levels.map((level) => <option key={level} value={level}>{level}</option>)}
              </select>
            ) : (
              <input value={text} placeholder={usually} inputMode={kind === 'number' ? 'decimal' : 'text'} aria-invalid={wrong !== undefined} title={wrong} onInput={(event) => { onChange(name, event.currentTarget.value.trim() || undefined); }} />
            )}
          </label>
        );
      })}
    </>
  ); // prettier-ignore
}

/** A condition's value of a text. */
export function cellOf({ kind }: TableField, text: string): CellValue {
  return kind === 'number' && text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** A whole condition: what was chosen, else what holds otherwise. */
export function conditionGiven(
  fields: readonly TableField[],
  chosen: Readonly<Record<string, string>>,
  otherwise: Row,
): Row {
  return Object.fromEntries(
    fields.map((field) => {
      const text = chosen[field.name];
      return [field.name, text === undefined ? (otherwise[field.name] ?? null) : cellOf(field, text)];
    }),
  );
}
