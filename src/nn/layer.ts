import { ValueError } from '../core/index.ts';
import { activations, withScope } from '../graph/index.ts';
import type { ActivationName, GraphKey, Tensor } from '../graph/index.ts';
import type { ParameterSpec, Parameters } from './parameters.ts';

/** How layers are applied. */
export interface LayerContext {
  /** In training, batches are normalised by their own statistics and units are dropped. */
  readonly mode: 'train' | 'evaluate';
  /** For what layers draw in training; each folds its name in. */
  readonly key?: GraphKey;
  /** New values of state, by full name: layers add theirs while the expression is built. */
  readonly state: Map<string, Tensor>;
}

/** A function with parameters. Its parameters carry full names, so a layer needs no knowledge of where it stands. */
export interface Layer {
  readonly parameters: readonly ParameterSpec[];
  /** @param context default: evaluation */
  apply(parameters: Parameters, x: Tensor, context?: LayerContext): Tensor;
}

/** Layers one after the other. */
export function sequential(layers: readonly Layer[]): Layer {
  return {
    parameters: layers.flatMap((layer) => layer.parameters),
    apply: (parameters, x, context) => layers.reduce((value, layer) => layer.apply(parameters, value, context), x),
  };
}

/** An activation as a layer. */
export function activation(name: ActivationName): Layer {
  return { parameters: [], apply: (_, x) => withScope(name, () => activations[name](x)) };
}

/** A function without parameters as a layer. */
export function stateless(name: string, apply: (x: Tensor) => Tensor): Layer {
  return { parameters: [], apply: (_, x) => withScope(name, () => apply(x)) };
}

/** The key for what the layer `name` draws, independent of every other layer's. @throws ValueError without a key */
export function layerKey(name: string, { key }: LayerContext): GraphKey {
  if (!key) throw new ValueError(`${name}: draws at random in training. Give the context a key.`);
  return key.foldIn(hash(name));
}

/** FNV-1a, 32 bits: layers of different names get different keys. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
}
