import { expect, it } from 'vitest';
import { createVae } from '../models/index.ts';
import { buildStep } from './step-graph.ts';
import { heldBytes } from './step-memory.ts';

it('a step holds what the gradients need of the forward pass, in proportion to its rows', () => {
  const vae = createVae({ inputSize: 12, hidden: [7], latent: 2, activation: 'relu', posterior: 'diagonal' });
  const [one, ten] = [16, 160].map((rows) => heldBytes(buildStep(vae, rows))) as [number, number];
  // Both hidden layers, logits, z, the two heads and the noise are needed; nothing is needed four times.
  const least = 4 * 16 * (2 * 7 + 12 + 2);
  expect(one).toBeGreaterThanOrEqual(least);
  expect(one).toBeLessThanOrEqual(4 * least);
  expect(ten / one).toBeCloseTo(10, 1);
});
