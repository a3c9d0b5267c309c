import { partsRule } from '../../config/index.ts';
import type { PartRow } from '../../config/index.ts';
import { ValueError, nearestName, rule } from '../../core/index.ts';
import { trainOptionRules } from './train-options.ts';

/**
 * Options of built-in parts may stand flat beside the part's name; those of one's own stand in it, as no type could know them.
 *
 * @throws ValueError for an option, or a slip of the hand for it, of a part of one's own that is given flat, saying how to give it
 */
export function refuseFlatOwnOptions(given: unknown): void {
  if (!rule.object.accepts(given)) return;
  const options = given as object;
  const { parts = [] } = options as { readonly parts?: readonly PartRow[] };
  if (!partsRule.accepts(parts)) return;
  const known = Object.keys(trainOptionRules);
  for (const name of Object.keys(options).filter((each) => !known.includes(each))) {
    const own = nearestName(name, [...known, ...parts.flatMap((row) => Object.keys(row.options))]);
    const row = parts.find((each) => own !== undefined && Object.hasOwn(each.options, own));
    if (own === undefined || row === undefined) continue;
    throw new ValueError(
      `train: '${name}' is no option by itself: '${own}' is one of the ${row.kind} '${row.name}', a part of your own, and stands in it, ${row.kind}: { name: '${row.name}', ${own}: … }.`,
    );
  }
}
