// What codes are decoded given, where a model has a condition.
import type { CodesData } from '../../latent/codes.ts';
import type { OpenedModel, Row, TableField } from '../../model/messages.ts';
import { route } from '../../shell/router.ts';
import { conditionGiven } from '../../tables/condition-fields.tsx';

export interface ConditionState {
  readonly condition: OpenedModel['condition'] | undefined;
  /** What the address says, by name: `given.NAME`. */
  readonly chosen: Readonly<Record<string, string>>;
  /** As chosen, else as the example has it, else as most of the training examples have it. */
  readonly givenFor: (index: number | undefined) => Row | undefined;
}

export function useCondition(codes: CodesData, model: OpenedModel | undefined): ConditionState {
  const condition = model?.condition;
  const { query } = route.value;
  const chosen = Object.fromEntries(
    (condition?.fields ?? []).flatMap(({ name }) => {
      const text = query.get(`given.${name}`);
      return text === null ? [] : [[name, text]];
    }),
  );
  const givenFor = (index: number | undefined): Row | undefined =>
    condition && conditionGiven(condition.fields, chosen, { ...condition.example, ...ownCondition(codes, condition.fields, index) }); // prettier-ignore
  return { condition, chosen, givenFor };
}

/** What an example itself has of a condition, as far as its codes came with it. */
function ownCondition(
  { about, labels, column }: CodesData,
  fields: readonly TableField[],
  index: number | undefined,
): Row {
  if (index === undefined) return {};
  return Object.fromEntries(
    fields.flatMap(({ name, kind, levels }): [string, string | number][] => {
      const known = about.columns.find((each) => each.name === name);
      const number = column(name)?.[index];
      const label = labels?.[index];
      if (known && number !== undefined && Number.isFinite(number)) {
        if (known.levels) return known.levels[number] === undefined ? [] : [[name, known.levels[number]]];
        return kind === 'number' ? [[name, number]] : [];
      }
      if (name !== 'label' || label === undefined) return [];
      const text = about.classes?.[label] ?? String(label);
      return levels?.includes(text) === true ? [[name, text]] : [];
    }),
  );
}
