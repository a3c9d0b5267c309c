import type { Tensor } from './tensor.ts';

/** Every node that the outputs need, inputs before users, each once. Iterative: graphs may be deeper than the stack. */
export function topologicalOrder(outputs: Iterable<Tensor>): Tensor[] {
  const order: Tensor[] = [];
  const entered = new Set<Tensor>();
  const left = new Set<Tensor>();
  const stack: Tensor[] = [...outputs].reverse();
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (left.has(node)) continue;
    if (entered.has(node)) {
      left.add(node);
      order.push(node);
      continue;
    }
    entered.add(node);
    stack.push(node);
    for (let k = node.inputs.length - 1; k >= 0; k--) {
      const child = node.inputs[k];
      if (child && !left.has(child)) stack.push(child);
    }
  }
  return order;
}
