import { checkCovariance } from 'rootsigma/linalg';
import { eigen, nested, symmetricRoot, varianceAlong } from '../covariance.ts';
import type { Covariance } from '../covariance.ts';
import { clamp, number } from '../fields.ts';
import { figure } from '../figure.ts';
import { decimal, labeled, num, plain, reading, symmetric } from '../format.ts';
import { noiseCloud, transformed } from '../noise.ts';
import { Frame } from '../plot.ts';
import { isUsable } from '../store.ts';
import { axesNear, axisHandles, moveAxis, tidy } from './axes.ts';

const compass = 4.4;

/** What the library says to Σ: its rank, or, where it refuses, why, in the words of this page. */
function judge(sigma: Covariance): { readonly rank: number } | { readonly refusal: string } {
  try {
    return { rank: checkCovariance(nested(sigma), { rtol: 1e-9 }).rank.item() };
  } catch {
    const { minor, angle } = eigen(sigma);
    const degrees = Math.round((((angle * 180) / Math.PI + 90) % 180) + 180) % 180;
    const limit = Math.sqrt(sigma.xx * sigma.yy);
    return {
      refusal: `In the direction ${degrees}° the variance would be ${reading(minor)}, and no variance is negative. Two coordinates cannot vary together by more than the product of their standard deviations, which is ${reading(limit)}.`,
    };
  }
}

/** Variance along every direction, from 0° to 180°; below zero the curve is no variance. */
function profile(sigma: Covariance, degrees: number): string {
  const frame = new Frame({ x: [0, 180], y: [-2, 6], margin: [34, 18, 26, 40] });
  const at = (x: number): number => varianceAlong(sigma, (x * Math.PI) / 180);
  const below = Array.from({ length: 91 }, (_, i) => ({ x: 2 * i, y: Math.min(0, at(2 * i)) }));
  const value = at(degrees);
  return frame.svg(
    'The variance along each direction',
    [
      frame.yAxis([-2, 0, 2, 4, 6], 'variance vᵀ Σ v'),
      frame.clip(
        frame.line([...below, { x: 180, y: 0 }, { x: 0, y: 0 }], 'area ink-wrong', true) +
          frame.curve(at, 'stroke ink-cov'),
      ),
      frame.xAxis([0, 45, 90, 135, 180], 'direction v', (x) => `${x}°`),
      frame.line(
        [
          { x: 0, y: 0 },
          { x: 180, y: 0 },
        ],
        'axis',
      ),
      frame.line(
        [
          { x: degrees, y: 0 },
          { x: degrees, y: clamp(value, -2, 6) },
        ],
        'rule',
      ),
      frame.mark({ x: degrees, y: clamp(value, -2, 6) }, value < 0 ? 'ink-wrong' : 'ink-cov', 6),
    ].join(''),
  );
}

function plane(sigma: Covariance, seed: number, turn: number, degrees: number, legal: boolean): string {
  const frame = Frame.plane(5);
  const angle = (degrees * Math.PI) / 180;
  const v = { x: Math.cos(angle), y: Math.sin(angle) };
  const along = varianceAlong(sigma, angle);
  const reach = Math.sqrt(Math.max(along, 0));
  const body = [
    frame.grid(),
    frame.line(
      [
        { x: -compass * v.x, y: -compass * v.y },
        { x: compass * v.x, y: compass * v.y },
      ],
      `rule${along < 0 ? ' ink-wrong' : ''}`,
    ),
    ...(legal
      ? [
          frame.clip(frame.dots(transformed(symmetricRoot(sigma), noiseCloud(seed, 240)), 'ink-sample')),
          frame.ellipse(sigma, 'outline ink-cov'),
          frame.line(
            [
              { x: -reach * v.x, y: -reach * v.y },
              { x: reach * v.x, y: reach * v.y },
            ],
            'stroke ink-cov',
          ),
          axisHandles(frame, axesNear(sigma, turn)),
        ]
      : [frame.text({ x: 0, y: -4.6 }, 'no such cloud exists', { anchor: 'middle', style: 'ink-wrong haloed' })]),
    frame.handle(
      'direction',
      { x: compass * v.x, y: compass * v.y },
      {
        label: 'direction v',
        valueText: `${Math.round(degrees)} degrees, variance ${decimal(along)}`,
        ink: 'cov',
        step: 0.3,
      },
    ),
  ];
  return frame.svg('The ellipse of the covariance, with its axes to drag', body.join(''), { interactive: true });
}

function verdict(sigma: Covariance, ruling: ReturnType<typeof judge>, kept: Covariance): string {
  if ('refusal' in ruling) {
    return `<p class="verdict refused" data-name="covariance.verdict"><strong>Refused.</strong> ${ruling.refusal} The other figures keep Σ = [[${plain(kept.xx)}, ${plain(kept.xy)}], [${plain(kept.xy)}, ${plain(kept.yy)}]].</p>`;
  }
  const { major, minor } = eigen(sigma);
  const word = ruling.rank === 2 ? 'positive definite' : 'positive semidefinite, rank 1: all points lie on a line';
  return `<p class="verdict" data-name="covariance.verdict"><strong>A covariance</strong>, ${word}. Eigenvalues ${num(major, { name: 'covariance.major', digits: 3 })} and ${num(minor, { name: 'covariance.minor', digits: 3 })}.</p>`;
}

export const covariance = figure({
  id: 'covariance',
  fields: {
    _xx: number('Σ₁₁, variance of z₁', { min: 0.1, max: 6, step: 0.1, initial: 2 }),
    _yy: number('Σ₂₂, variance of z₂', { min: 0.1, max: 6, step: 0.1, initial: 2 }),
    _xy: number('Σ₁₂ = Σ₂₁, covariance', { min: -6, max: 6, step: 0.1, initial: 1 }),
    _turn: number('direction of the first axis', { min: -4, max: 4, step: 0.001, initial: 0.785 }),
    direction: number('direction v', { min: 0, max: 180, step: 1, initial: 20 }),
  },
  render: ({ own, shared, slider }) => {
    const sigma = { xx: own._xx, xy: own._xy, yy: own._yy };
    const ruling = judge(sigma);
    const legal = 'rank' in ruling;
    const correlation = sigma.xy / Math.sqrt(sigma.xx * sigma.yy);
    return `<div class="sliders three">${slider('_xx', { readout: decimal(own._xx) })}${slider('_yy', { readout: decimal(own._yy) })}${slider('_xy', { readout: decimal(own._xy) })}</div>
      <div class="panels two"><div class="panel">${plane(sigma, shared.seed, own._turn, own.direction, legal)}</div><div class="panel">${profile(sigma, own.direction)}</div></div>
      <div class="equation">${labeled('Σ', symmetric(sigma, { name: 'covariance.sigma', ink: legal ? 'cov' : 'wrong' }))}
      ${labeled('standard deviations', `<span class="pair">${num(Math.sqrt(sigma.xx), { digits: 3 })}, ${num(Math.sqrt(sigma.yy), { digits: 3 })}</span>`)}
      ${labeled('correlation ρ', num(correlation, { name: 'covariance.correlation', digits: 3, ...(legal ? {} : { ink: 'wrong' }) }))}
      ${labeled('variance along v', num(varianceAlong(sigma, (own.direction * Math.PI) / 180), { name: 'covariance.along', digits: 3, ink: 'cov' }))}</div>
      ${verdict(sigma, ruling, shared.sigma)}`;
  },
  describe: ({ own }) => {
    const ruling = judge({ xx: own._xx, xy: own._xy, yy: own._yy });
    return 'refusal' in ruling ? `Refused: ${ruling.refusal}` : `A covariance of rank ${ruling.rank}.`;
  },
  sync: ({ sigma, tried }) => {
    const { xx, xy, yy } = tried ?? sigma;
    return { _xx: xx, _xy: xy, _yy: yy };
  },
  set: (field, value, { own }) => {
    const next = { ...own, [field]: value };
    const sigma = { xx: next._xx, xy: next._xy, yy: next._yy };
    if (field === 'direction') return { own: { direction: Number(value) } };
    return { shared: isUsable(sigma) ? { sigma } : { tried: sigma } };
  },
  drag: (handle, to, { own }) => {
    if (handle === 'direction') {
      const degrees = (Math.atan2(to.y, to.x) * 180) / Math.PI;
      return { own: { direction: Math.round((degrees + 360) % 180) } };
    }
    const { sigma, turn } = moveAxis(axesNear({ xx: own._xx, xy: own._xy, yy: own._yy }, own._turn), handle, to);
    const { xx, xy, yy } = tidy(sigma);
    return { own: { _turn: turn, _xx: xx, _xy: xy, _yy: yy }, shared: { sigma: { xx, xy, yy } } };
  },
});
