import { describe, expect, it } from 'vitest';
import { NdArray } from '../core/index.ts';
import { CodeUsage } from './code-usage.ts';

describe('how the codes of a book are used', () => {
  it('is the perplexity of their shares over all batches, not a mean over batches', () => {
    const usage = new CodeUsage(8);
    // Each batch has one code alone: its own perplexity would be 1.
    usage.add(NdArray.from([[5, 5]], 'float32')); // prettier-ignore
    expect([usage.codesUsed, usage.perplexity]).toEqual([1, 1]);
    usage.add(NdArray.from([[2, 2]], 'float32')); // prettier-ignore
    expect(usage.codesUsed).toBe(2);
    expect(usage.perplexity).toBeCloseTo(2, 12);
    usage.add(NdArray.from([[0, 0], [0, 0]], 'float32')); // prettier-ignore
    // Shares ½, ¼, ¼: 2^{3/2}.
    expect(usage.perplexity).toBeCloseTo(2 ** 1.5, 12);
  });
});
