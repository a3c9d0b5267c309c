export * from '../../api/record/named-numbers.ts';
