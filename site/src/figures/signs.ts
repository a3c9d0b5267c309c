import { apply, eigen, product, rotation, transpose } from '../covariance.ts';
import type { Covariance, Matrix } from '../covariance.ts';
import { choice, number } from '../fields.ts';
import { figure } from '../figure.ts';
import { decimal, labeled, matrix, num } from '../format.ts';
import { Frame } from '../plot.ts';

const signs = { pp: '+√λ₁, +√λ₂', pm: '+√λ₁, −√λ₂', mp: '−√λ₁, +√λ₂', mm: '−√λ₁, −√λ₂' } as const;

/** U diag(±√λ₁, ±√λ₂) Uᵀ: symmetric, and its square is Σ. */
function signedRoot(sigma: Covariance, which: keyof typeof signs): Matrix {
  const { major, minor, angle } = eigen(sigma);
  const u = rotation(angle);
  const d = {
    a: (which.startsWith('p') ? 1 : -1) * Math.sqrt(major),
    b: 0,
    c: 0,
    d: (which[1] === 'p' ? 1 : -1) * Math.sqrt(minor),
  };
  return product(product(u, d), transpose(u));
}

export const signs4 = figure({
  id: 'signs',
  fields: {
    which: choice('Signs of the eigenvalues', signs, 'pp'),
    angle: number('a direction, in degrees', { min: 0, max: 360, step: 5, initial: 20 }),
  },
  render: ({ own, shared: { sigma }, choices, slider }) => {
    const root = signedRoot(sigma, own.which);
    const frame = Frame.plane(3.4);
    const turn = (own.angle * Math.PI) / 180;
    const unit = { x: Math.cos(turn), y: Math.sin(turn) };
    const image = apply(root, unit);
    const along = unit.x * image.x + unit.y * image.y;
    const principal = own.which === 'pp';
    const body = [
      frame.grid(),
      frame.image({ a: 1, b: 0, c: 0, d: 1 }, 'outline quiet ink-noise'),
      frame.image(root, `outline ${principal ? 'ink-root' : 'ink-wrong'}`),
      frame.arrow({ x: 0, y: 0 }, unit, 'ink-noise'),
      frame.arrow({ x: 0, y: 0 }, image, principal ? 'ink-root' : 'ink-wrong'),
    ];
    const squared = product(root, root);
    return `<div class="split">
      <div class="panel">${frame.svg('A unit vector and where the root sends it', body.join(''))}</div>
      <div>${choices('which')}${slider('angle', { readout: `${own.angle}°` })}
        <div class="equation">${labeled('R', matrix(root, { name: 'signs.root', digits: 3, ink: principal ? 'root' : 'wrong' }))}<span class="op">,</span>${labeled('R R = Σ', matrix(squared, { name: 'signs.square', digits: 3, ink: 'cov' }))}</div>
        <p class="verdict${principal ? '' : ' refused'}"><strong>${principal ? 'Principal.' : 'A root, but not the principal one.'}</strong> With v the violet vector, vᵀ R v = ${num(along, { digits: 2 })}: its image ${along < 0 ? 'was flipped to the far side' : 'stays on its side'}.</p>
      </div></div>`;
  },
  describe: ({ own, shared: { sigma } }) => {
    const { a, b, d } = signedRoot(sigma, own.which);
    return `This root is ${decimal(a, 3)}, ${decimal(b, 3)}; ${decimal(b, 3)}, ${decimal(d, 3)}.`;
  },
});
