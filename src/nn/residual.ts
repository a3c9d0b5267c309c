import { add, withScope } from '../graph/index.ts';
import { sequential } from './layer.ts';
import type { Layer } from './layer.ts';

/** x + f(x), f being layers that keep the shape (He et al. 2016). */
export function residual(name: string, layers: readonly Layer[]): Layer {
  const inner = sequential(layers);
  return {
    parameters: inner.parameters,
    apply: (parameters, x, context) => {
      const change = inner.apply(parameters, x, context);
      return withScope(name, () => add(x, change));
    },
  };
}
