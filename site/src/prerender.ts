import { figures } from './figures/index.ts';
import { initialValues } from './fields.ts';
import { initialShared, viewOf } from './figure.ts';

/** A figure's markup at its starting values. */
export function prerender(id: string): string {
  const target = figures.find((figure) => figure.id === id);
  if (!target) throw new Error(`article: there is no figure '${id}'.`);
  return target.render(viewOf(target, initialValues(target.fields), initialShared));
}
