import { normalQuantile } from '../../core/normal-quantile.ts';
import { normalCdf } from '../../statistics/normal-numbers.ts';

/** A density on [0, 1]: a mean of normal densities, each cut to [0, 1]. */
export interface Parzen {
  logDensity(at: number): number;
  /** @param choice and @param place uniform on [0, 1) */
  draw(choice: number, place: number): number;
}

interface Kernel {
  readonly centre: number;
  readonly width: number;
  /** Φ at the ends of [0, 1], in units of the kernel. */
  readonly below: number;
  readonly mass: number;
}

/**
 * A density from points in [0, 1], and one that is known of none: a normal around ½ of width 1 counts as one more. A kernel is as wide as its
 * point is far from its neighbours, of which the farther counts, and from 1 / (3 n + 2) to 1 (Bergstra et al. 2011, section 4, who leave the least width open).
 */
export function parzen(points: readonly number[]): Parzen {
  const ends = [...points, 0.5].sort((a, b) => a - b);
  const prior = ends.indexOf(0.5);
  const least = 1 / (3 * points.length + 2);
  const kernels = ends.map((centre, at) => {
    const gaps = [centre - (ends[at - 1] ?? centre), (ends[at + 1] ?? centre) - centre];
    return kernelAt(centre, at === prior ? 1 : Math.min(1, Math.max(least, ...gaps)));
  });
  return {
    logDensity: (at) => Math.log(kernels.reduce((sum, kernel) => sum + densityOf(kernel, at), 0) / kernels.length),
    draw: (choice, place) => {
      const { centre, width, below, mass } = kernels[Math.floor(choice * kernels.length)] ?? kernelAt(0.5, 1);
      return Math.min(1, Math.max(0, centre + width * normalQuantile(below + mass * place)));
    },
  };
}

function kernelAt(centre: number, width: number): Kernel {
  const below = normalCdf(-centre / width);
  return { centre, width, below, mass: normalCdf((1 - centre) / width) - below };
}

function densityOf({ centre, width, mass }: Kernel, at: number): number {
  return Math.exp(-0.5 * ((at - centre) / width) ** 2) / (Math.sqrt(2 * Math.PI) * width * mass);
}
