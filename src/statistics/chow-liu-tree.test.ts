import { describe, expect, it } from 'vitest';
import { key, uniform } from '../random/index.ts';
import { fitDependenceTree, meanLogProb } from './chow-liu-tree.ts';
import type { DependenceTree } from './chow-liu-tree.ts';

/** Every vector of so many positions, row by row. */
function everyVector(positions: number, categories: number): number[][] {
  return Array.from({ length: categories ** positions }, (_, k) =>
    Array.from({ length: positions }, (_, at) => Math.floor(k / categories ** at) % categories),
  );
}

const logProb = (tree: DependenceTree, vector: readonly number[], categories: number): number =>
  meanLogProb(tree, { values: vector, positions: vector.length, categories });

/** Position 2 decides 0 and 3, 0 decides 1: neither a chain in this order nor a star. */
function drawn(count: number): number[] {
  const u = uniform(key(3), [count, 4]).data;
  const near = (value: number, at: number): number => (u[at]! < 0.8 ? value : Math.floor(((u[at]! - 0.8) / 0.2) * 3));
  return Array.from({ length: count }, (_, row) => {
    const c = Math.floor(3 * u[4 * row]!);
    const a = near((c + 1) % 3, 4 * row + 1);
    return [a, near((a + 2) % 3, 4 * row + 2), c, near(c, 4 * row + 3)];
  }).flat();
}

describe('a dependence tree', () => {
  const rows = { values: drawn(3000), positions: 4, categories: 3 };

  it('finds who depends on whom', () => {
    const { order, parents } = fitDependenceTree(rows, 1);
    const edges = order.slice(1).map((position, k) => [position, order[parents[k + 1]!]!].sort().join());
    expect(edges.sort()).toEqual(['0,1', '0,2', '2,3']);
  });

  it('is a distribution: the probabilities of all vectors sum to 1, whatever α', () => {
    for (const alpha of [0.5, 16, Infinity]) {
      const tree = fitDependenceTree(rows, alpha);
      const total = everyVector(4, 3).reduce((sum, vector) => sum + Math.exp(logProb(tree, vector, 3)), 0);
      expect(total).toBeCloseTo(1, 12);
    }
  });

  it('is, of trees, the nearest: no other explains the rows better, and with α → 0 it has their pairs', () => {
    const best = fitDependenceTree(rows, 1e-9);
    const [own] = [meanLogProb(best, rows)];
    // All 16 labelled trees of four positions, by their Prüfer codes.
    const trees = everyVector(2, 4).map((code) => {
      const degree = [0, 1, 2, 3].map((node) => 1 + code.filter((each) => each === node).length);
      const edges: [number, number][] = [];
      for (const node of code) {
        const leaf = degree.findIndex((each) => each === 1);
        edges.push([leaf, node]);
        degree[leaf]!--;
        degree[node]!--;
      }
      const [a = 0, b = 0] = [0, 1, 2, 3].filter((node) => degree[node] === 1);
      return [...edges, [a, b] as [number, number]];
    });
    const share = (positions: readonly number[], vector: readonly number[]): number => {
      let count = 0;
      for (let row = 0; row < 3000; row++)
        if (positions.every((at) => rows.values[4 * row + at] === vector[at])) count++;
      return count / 3000;
    };
    // log p of a tree with the rows' own pairs: Σ log p(pair) − Σ (degree − 1) log p(single).
    const vectors = everyVector(4, 3).filter((vector) => share([0, 1, 2, 3], vector) > 0);
    const scores = trees.map((edges) =>
      vectors.reduce((sum, vector) => {
        const pairs = edges.reduce((total, edge) => total + Math.log(share(edge, vector)), 0);
        const singles = [0, 1, 2, 3].reduce((total, at) => total + (edges.flat().filter((each) => each === at).length - 1) * Math.log(share([at], vector)), 0); // prettier-ignore
        return sum + share([0, 1, 2, 3], vector) * (pairs - singles);
      }, 0),
    );
    // Of the single position at the root there is a third of a count more.
    expect(Math.abs(own - Math.max(...scores))).toBeLessThan(1e-4);
    expect(scores.filter((score) => score > own + 1e-4)).toEqual([]);
    expect(Math.min(...scores)).toBeLessThan(own - 0.5);
  });

  it('does not take chance for dependence: independent positions are drawn to their marginals', () => {
    const u = uniform(key(5), [400]).data;
    const values = Array.from(u, (value) => Math.floor(value * 8));
    const chance = { values, positions: 4, categories: 8 };
    const strong = meanLogProb(fitDependenceTree(chance, 1e6), chance);
    expect(Math.abs(strong - meanLogProb(fitDependenceTree(chance, Infinity), chance))).toBeLessThan(1e-3);
  });

  it('gives what was never seen a probability', () => {
    const once = fitDependenceTree({ values: [0, 0, 0, 0], positions: 2, categories: 3 }, 1);
    const each = everyVector(2, 3).map((vector) => logProb(once, vector, 3));
    expect(each.every(Number.isFinite)).toBe(true);
    expect(logProb(once, [0, 0], 3)).toBe(Math.max(...each));
  });
});
