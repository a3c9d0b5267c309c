import { describe, expect, it } from 'vitest';
import type { Engine } from '../../engine/index.ts';
import { referenceEngine } from '../../engine/index.ts';
import { createVae } from '../../models/index.ts';
import type { VaeOptions } from '../../models/index.ts';
import { flatLength } from '../parameter-store.ts';
import { buildStep } from '../step-graph.ts';
import { checkReplicaCount, opThreads, replicaCount } from './count.ts';

const engineOf = (threads: number): Engine => ({ ...referenceEngine, name: 'onnxruntime-node', threads });

function modelOf(options: Partial<VaeOptions>) {
  const dense = { inputSize: 784, hidden: [400], latent: 20, activation: 'relu', posterior: 'diagonal' } as const;
  return createVae({ ...dense, ...options });
}

function countOf(options: Partial<VaeOptions>, batchSize: number, engine: Engine): number {
  const model = modelOf(options);
  return replicaCount(engine, buildStep(model, batchSize), flatLength(model.parameters));
}

const conv = { shape: [28, 28], network: 'conv', channels: [32, 64], hidden: [] } as const;

describe('replicaCount', () => {
  it('is what the threads, the batch and the work allow', () => {
    expect(countOf({}, 128, engineOf(2))).toBe(2);
    expect(countOf({}, 128, engineOf(1))).toBe(1);
    // 653,000 parameters: each replica needs about fifty rows.
    expect(countOf({}, 64, engineOf(2))).toBe(1);
    expect(countOf({}, 512, engineOf(8))).toBe(8);
    expect(countOf({}, 129, engineOf(2))).toBe(1);
    // A convolution works much with few parameters.
    expect(countOf(conv, 32, engineOf(4))).toBe(4);
    expect(countOf(conv, 30, engineOf(4))).toBe(3);
    // A small table is done before a thread has started.
    expect(countOf({ inputSize: 12, hidden: [32] }, 128, engineOf(2))).toBe(1);
  });

  it('is one where examples depend on each other, or the engine is another', () => {
    expect(countOf({ ...conv, normalization: 'batch' }, 128, engineOf(2))).toBe(1);
    expect(countOf({}, 128, { ...engineOf(2), name: 'onnxruntime-web' })).toBe(1);
    expect(countOf({}, 128, referenceEngine)).toBe(1);
  });

  it('leaves ONNX Runtime one thread for steps that are over before another has come', () => {
    const threadsOf = (options: Partial<VaeOptions>) => opThreads(engineOf(2), buildStep(modelOf(options), 64));
    expect(threadsOf({ inputSize: 64, hidden: [256] })).toBe(1);
    expect(threadsOf({})).toBe(2);
  });

  it('refuses what cannot be shared', () => {
    const step = (options: Partial<VaeOptions>) => buildStep(modelOf(options), 128);
    checkReplicaCount(4, step({}));
    expect(() => {
      checkReplicaCount(3, step({}));
    }).toThrow('a batch of 128 does not divide among 3 replicas');
    expect(() => {
      checkReplicaCount(2, step({ ...conv, normalization: 'batch' }));
    }).toThrow(/batch normalisation/);
  });
});
