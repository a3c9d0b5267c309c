import type { RunConfig } from 'rootsigma';
import type { CellValue, TableField } from './messages.ts';

type TableState = NonNullable<RunConfig['data']['table']>;

/** What a form of a row needs to know of each column that the model knows of. */
export function fieldsOf({ columns }: TableState): TableField[] {
  return columns.flatMap((column): TableField[] => {
    const { name } = column;
    switch (column.kind) {
      case 'numeric':
        return [{ name, kind: 'number', min: column.min, max: column.max, nullable: column.nullable }];
      case 'datetime':
        return [{ name, kind: 'date', nullable: column.nullable }];
      case 'boolean':
        return [{ name, kind: 'boolean', levels: column.values.map(String), nullable: column.nullable }];
      case 'categorical':
      case 'ordinal':
        return [{ name, kind: 'category', levels: column.levels.map(String), nullable: column.nullable }];
      case 'label':
        return [{ name, kind: 'label', levels: column.levels.map(String), nullable: true }];
      case 'constant':
        return [{ name, kind: 'constant', nullable: true }];
      default:
        return [];
    }
  });
}

export function isMissingCell(value: CellValue): boolean {
  return value === null || (typeof value === 'string' && value.trim() === '');
}
