export * from '../../api/record/column.ts';
