import type { NdArray } from 'rootsigma/core';
import {
  apply,
  choleskyFactor,
  covarianceOf,
  eigenFactor,
  elementwiseRoot,
  identity,
  isFiniteMatrix,
  product,
  rotation,
  symmetricRoot,
} from '../covariance.ts';
import type { Covariance, Matrix, Point } from '../covariance.ts';
import { clamp, number, snap } from '../fields.ts';
import { button, figure } from '../figure.ts';
import { decimal, labeled, matrix, num, symmetric } from '../format.ts';
import { empiricalCovariance, noiseCloud, transformed } from '../noise.ts';
import { Frame } from '../plot.ts';
import { axesNear, axisHandles, moveAxis } from './axes.ts';

const drawn = 4000;
const shown = 300;
const hues = 6;

/** Sixths of the turn, by the direction of ε: the same draw has the same colour in every panel. */
function hueOf(cloud: ArrayLike<number>, index: number): number {
  const turn = Math.atan2(cloud[2 * index + 1] ?? 0, cloud[2 * index] ?? 0) / (2 * Math.PI) + 0.5;
  return Math.min(hues - 1, Math.floor(turn * hues));
}

function colored(frame: Frame, cloud: ArrayLike<number>, noise: ArrayLike<number>): string {
  const points = Array.from({ length: 2 * shown }, (_, i) => cloud[i] ?? NaN);
  return Array.from({ length: hues }, (_, hue) =>
    frame.dots(points, `hue-${hue}`, (i) => hueOf(noise, i) === hue),
  ).join('');
}

interface Panel {
  readonly id: string;
  readonly title: string;
  readonly short: string;
  readonly factor: Matrix;
  readonly wrong?: boolean;
}

function panels(sigma: Covariance, turn: number): Panel[] {
  const root = symmetricRoot(sigma);
  return [
    { id: 'symmetric', title: 'S, the symmetric root', short: 'S', factor: root },
    { id: 'cholesky', title: 'L, Cholesky', short: 'L', factor: choleskyFactor(sigma) },
    { id: 'eigen', title: 'U√Λ, the axes', short: 'U√Λ', factor: eigenFactor(sigma) },
    {
      id: 'turned',
      title: `S Q, ε turned ${turn}°`,
      short: 'S Q',
      factor: product(root, rotation((turn * Math.PI) / 180)),
    },
    { id: 'elementwise', title: 'root of each entry', short: 'entries', factor: elementwiseRoot(sigma), wrong: true },
  ];
}

/** E‖F ε − ε‖² = ‖F − I‖²_F: how far the map moves a draw. */
function moved({ a, b, c, d }: Matrix): number {
  return (a - 1) ** 2 + b ** 2 + c ** 2 + (d - 1) ** 2;
}

function draw(
  { id, title, factor, wrong = false }: Panel,
  noise: NdArray<'float64'>,
  epsilon: Point,
  sigma: Covariance,
): string {
  const frame = Frame.plane(5.5, 280);
  const ink = wrong ? 'wrong' : 'root';
  if (!isFiniteMatrix(factor)) {
    return `<div class="panel"><p class="panel-title ink-wrong">${title}</p>${frame.svg('No cloud', `${frame.grid()}${frame.text({ x: 0, y: 1 }, 'the root of a negative entry', { anchor: 'middle', style: 'ink-wrong' })}${frame.text({ x: 0, y: 0.2 }, 'is NaN: there is no cloud', { anchor: 'middle', style: 'ink-wrong' })}`)}</div>`;
  }
  const cloud = transformed(factor, noise);
  const z = apply(factor, epsilon);
  const body = [
    frame.grid(),
    frame.clip(colored(frame, cloud, noise.data) + frame.ellipse(sigma, 'outline thin ink-cov', 2)),
    frame.arrow({ x: 0, y: 0 }, z, `ink-${ink}`, 5),
    frame.mark(z, 'ink-sample', 5),
  ];
  const measured = empiricalCovariance(cloud);
  return `<div class="panel"><p class="panel-title ink-${ink}">${title}</p>${frame.svg(`The cloud through ${title}`, body.join(''))}
    <div class="equation small">${labeled('F', matrix(factor, { name: `clouds.${id}.factor`, ink }))}${labeled('F Fᵀ', symmetric(covarianceOf(factor), { name: `clouds.${id}.exact`, ink: wrong ? 'wrong' : 'cov' }))}${labeled('measured', symmetric(measured, { name: `clouds.${id}.measured` }))}</div></div>`;
}

/** How far each factor moves a draw, as bars. */
function movements(all: readonly Panel[]): string {
  const finite = all.filter(({ factor }) => isFiniteMatrix(factor));
  const most = Math.max(...finite.map(({ factor }) => moved(factor)));
  const bars = finite.map(({ id, short, factor, wrong = false }) => {
    const value = moved(factor);
    return `<div class="moved"><span>${short}</span><span class="meter ink-${wrong ? 'wrong' : 'root'}" style="--share:${((100 * value) / most).toFixed(1)}%"></span>${num(value, { name: `clouds.${id}.moved` })}</div>`;
  });
  return `<div class="panel"><p class="panel-title">How far they move a draw</p>${bars.join('')}<p class="quiet">‖F − I‖²<sub>F</sub>, the mean squared distance from ε to F ε. Among the factors of Σ, S has the least.</p></div>`;
}

export const clouds = figure({
  id: 'clouds',
  fields: {
    x: number('ε₁', { min: -2.8, max: 2.8, step: 0.05, initial: 1.4 }),
    y: number('ε₂', { min: -2.8, max: 2.8, step: 0.05, initial: 0.5 }),
    turn: number('turn ε by Q first', { min: 0, max: 360, step: 5, initial: 60 }),
    _turn: number('direction of the first axis', { min: -4, max: 4, step: 0.001, initial: 0.785 }),
  },
  render: ({ own, shared: { sigma, seed }, slider }) => {
    const noise = noiseCloud(seed, drawn);
    const epsilon = { x: own.x, y: own.y };
    const all = panels(sigma, own.turn);
    const frame = Frame.plane(5.5, 280);
    const source = [
      frame.grid(),
      frame.clip(colored(frame, noise.data, noise.data)),
      frame.image(identity, 'outline thin quiet', 2),
      frame.arrow({ x: 0, y: 0 }, epsilon, 'ink-noise', 7),
      frame.handle('noise', epsilon, {
        label: 'one draw of epsilon',
        valueText: `${decimal(own.x)}, ${decimal(own.y)}`,
      }),
    ];
    const target = [
      frame.grid(),
      frame.ellipse(sigma, 'outline ink-cov', 1),
      frame.ellipse(sigma, 'outline thin ink-cov', 2),
      axisHandles(frame, axesNear(sigma, own._turn)),
    ];
    return `<div class="sliders">${slider('turn', { readout: `${own.turn}°` })}<div class="buttons">${button('draw', 'Draw new noise')}</div></div>
      <div class="panels clouds">
        <div class="panel"><p class="panel-title ink-noise">ε ~ N(0, I)</p>${frame.svg('The noise, coloured by direction', source.join(''), { interactive: true })}<p class="quiet">Drag the draw: every panel shows where it goes.</p>
          </div>
        <div class="panel"><p class="panel-title ink-cov">Σ, the target</p>${frame.svg('The target covariance as an ellipse', target.join(''), { interactive: true })}<p class="quiet">Drag the axes: every figure of this page follows.</p><div class="equation small">${labeled('Σ', symmetric(sigma, { ink: 'cov' }))}</div></div>
        ${all.map((panel) => draw(panel, noise, epsilon, sigma)).join('')}
        ${movements(all)}
      </div>`;
  },
  describe: ({ own, shared: { sigma } }) =>
    panels(sigma, own.turn)
      .map(({ title, factor }) => {
        const z = apply(factor, own);
        return `${title} sends the draw to ${decimal(z.x)}, ${decimal(z.y)}`;
      })
      .join('; '),
  drag: (handle, to, { own, shared: { sigma } }) => {
    if (handle !== 'noise') {
      const next = moveAxis(axesNear(sigma, own._turn), handle, to);
      return { own: { _turn: next.turn }, shared: { sigma: next.sigma } };
    }
    const [x = 0, y = 0] = [to.x, to.y].map((value) => snap(clamp(value, -2.8, 2.8), 0.05));
    return { own: { x, y } };
  },
  act: (_, { shared: { seed } }) => ({ shared: { seed: seed + 1 } }),
});
