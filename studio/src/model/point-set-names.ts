/** Sets of points that the playground draws, by name. */
export const pointSetNames = {
  moons: 'two half moons',
  ring: 'eight Gaussians on a circle',
  spiral: 'two arms of a spiral',
  ellipse: 'one tilted Gaussian',
} as const;
