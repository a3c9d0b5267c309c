import type { Point } from '../covariance.ts';
import { identity } from '../covariance.ts';
import { button } from '../figure.ts';
import { decimal, labeled, matrix, symmetric, vector } from '../format.ts';
import { Frame, between, imageOfCircle } from '../plot.ts';
import type { DigitModel, Posterior } from './model.ts';
import { sampleAt } from '../figures/digit-sample.ts';

export const digitSamples = 8;

/** What the digit figure shows: an image's posterior, one draw to move, and more draws. */
export interface DigitState {
  readonly model: DigitModel;
  readonly posterior: Posterior;
  readonly epsilon: Point;
  /** ε of the further draws. */
  readonly noise: readonly Point[];
}

/** Latent space with the test digits' means, and where this image lies among them. */
function latentMap({ model, posterior, epsilon }: DigitState, reach: number): string {
  const frame = Frame.plane(3.6);
  const z = sampleAt(posterior, epsilon);
  const { x, y } = posterior.mean;
  const corners = [
    { x: x - reach, y: y - reach },
    { x: x + reach, y: y - reach },
    { x: x + reach, y: y + reach },
    { x: x - reach, y: y + reach },
  ];
  const knob = imageOfCircle(identity, 0.15, z);
  const square = corners.flatMap((corner, i) => between(corner, corners[(i + 1) % 4] ?? corner));
  const digits = Array.from({ length: 10 }, (_, digit) => {
    const xs: number[] = [];
    const ys: number[] = [];
    for (let i = digit; 2 * i < model.map.length; i += 10) {
      xs.push(model.map[2 * i] ?? 0);
      ys.push(model.map[2 * i + 1] ?? 0);
    }
    const middle = { x: median(xs), y: median(ys) };
    return `${frame.dots(model.map, `faint digit-${digit}`, (i) => i % 10 === digit)}${frame.textBeside(middle, String(digit), { obstacles: [z, ...knob, ...square], style: `digit-label digit-${digit}`, away: [0, 12, 20, 28] })}`;
  });
  return frame.svg(
    'Latent space: where test digits lie, and this image among them',
    [
      frame.grid(),
      frame.clip(digits.join('')),
      frame.line(corners, 'outline ink-cov', true),
      frame.handle('far', z, {
        label: 'the sample z, anywhere in latent space',
        valueText: `${decimal(z.x)}, ${decimal(z.y)}`,
        ink: 'root',
        step: 0.1,
      }),
    ].join(''),
    { interactive: true },
  );
}

/** The square of the map around the mean, enlarged: the posterior's ellipses, and draws from it. */
function closeUp({ posterior, epsilon, noise }: DigitState, reach: number): string {
  const { mean } = posterior;
  const frame = new Frame({ x: [mean.x - reach, mean.x + reach], y: [mean.y - reach, mean.y + reach] });
  const z = sampleAt(posterior, epsilon);
  const ellipses = [1, 2, 3].flatMap((k) => imageOfCircle(posterior.root, k, mean));
  const inside = Math.max(Math.abs(z.x - mean.x), Math.abs(z.y - mean.y)) < reach;
  return frame.svg(
    'The posterior of this image, enlarged',
    [
      frame.ellipse(posterior.covariance, 'outline thin ink-cov', 3, mean),
      frame.ellipse(posterior.covariance, 'outline thin ink-cov', 2, mean),
      frame.ellipse(posterior.covariance, 'filled ink-cov', 1, mean),
      frame.dots(
        noise.flatMap((e) => {
          const { x, y } = sampleAt(posterior, e);
          return [x, y];
        }),
        'strong ink-sample',
      ),
      frame.mark(mean, 'ink-mean', 5),
      frame.textBeside(mean, 'μ', { style: 'ink-mean', obstacles: [...between(mean, z).slice(2), ...ellipses] }),
      inside ? frame.arrow(mean, z, 'ink-root', 7) : '',
      inside
        ? frame.handle('near', z, {
            label: 'the sample z',
            valueText: `${decimal(z.x)}, ${decimal(z.y)}`,
            ink: 'root',
            step: reach / 20,
          })
        : '',
      frame.text({ x: mean.x - reach, y: mean.y - reach }, `${decimal(2 * reach, 2)} wide`, {
        dx: 8,
        dy: -8,
        style: 'tick',
      }),
    ].join(''),
    { interactive: true },
  );
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

const canvas = (name: string, label: string, size = 28): string =>
  `<canvas data-canvas="${name}" width="${size}" height="${size}" role="img" aria-label="${label}"></canvas>`;

/** The figure, but for its pixels, which are painted onto the canvases afterwards. */
export function digitMarkup(state: DigitState): string {
  const { posterior, epsilon } = state;
  const z = sampleAt(posterior, epsilon);
  const { xx, yy } = posterior.covariance;
  const reach = 3.6 * Math.sqrt(Math.max(xx, yy));
  const examples = Array.from({ length: 10 }, (_, digit) => button(`example-${digit}`, String(digit)));
  const samples = Array.from({ length: digitSamples }, (_, k) => canvas(`sample-${k}`, `draw ${k + 1}, decoded`));
  return `<div class="digit">
    <div class="panel"><p class="panel-title">x: draw a digit here</p>${canvas('draw', 'Drawing area', 280)}
      <div class="buttons"><span class="quiet">or take one:</span>${examples.join('')}${button('clear', 'Clear')}</div></div>
    <div class="panel"><p class="panel-title">latent space, and where x lies in it</p>${latentMap(state, reach)}</div>
    <div class="panel"><p class="panel-title"><span class="ink-cov">q(z | x) = N(μ, Σ)</span>, the square enlarged</p>${closeUp(state, reach)}</div></div>
    <div class="decoded"><div><p class="panel-title">decoded at z</p>${canvas('decoded', 'the image decoded at z')}</div>
      <div><p class="panel-title">eight more draws, μ + Σ<sup>1/2</sup> ε, decoded</p><div class="samples">${samples.join('')}</div></div>
      <div class="buttons">${button('draw', 'Draw new noise')}</div></div>
    <div class="equation">${labeled('z', vector([z.x, z.y], { name: 'digit.z', ink: 'sample' }))}<span class="op">=</span>${labeled('μ', vector([posterior.mean.x, posterior.mean.y], { name: 'digit.mean', ink: 'mean' }))}<span class="op">+</span>${labeled('Σ<sup>1/2</sup>', matrix(posterior.root, { name: 'digit.root', digits: 3, ink: 'root' }))}${labeled('ε', vector([epsilon.x, epsilon.y], { name: 'digit.noise', ink: 'noise' }))}
      <span class="aside">${labeled('Σ', symmetric(posterior.covariance, { name: 'digit.covariance', digits: 4, ink: 'cov' }))}</span></div>`;
}
