import drawn from 'virtual:line';
import type { Point } from '../covariance.ts';
import { number } from '../fields.ts';
import { button, figure } from '../figure.ts';
import { decimal } from '../format.ts';
import { Frame, round } from '../plot.ts';
import type { LineData } from './line-data.ts';

const { posterior, draws, image } = drawn as LineData;

/** One draw's point, which glides to the next. */
function moving(frame: Frame, { x, y }: Point, style: string): string {
  return `<circle class="mark moving ${style}" r="5.5" style="transform:translate(${round(frame.px(x))}px,${round(frame.py(y))}px)"/>`;
}

const flat = (points: readonly Point[]): number[] => points.flatMap(({ x, y }) => [x, y]);

function stage(href: string, letters: string, note: string, picture: string): string {
  return `<a class="stage" href="${href}"><span class="stage-picture">${picture}</span><span class="stage-letters">${letters}</span><span class="stage-note">${note}</span></a>`;
}

const step = (words: string): string => `<span class="line-step" aria-hidden="true"><span>${words}</span></span>`;

/** The whole line on one image: what the page's VAE makes of it, draw by draw. */
export const line = figure({
  id: 'line',
  fields: { _draw: number('draw', { min: 0, max: draws.length - 1, step: 1, initial: 0 }) },
  pace: 2600,
  autoplay: true,
  render: ({ own }) => {
    const now = draws[own._draw] ?? { epsilon: { x: NaN, y: NaN }, z: { x: NaN, y: NaN }, image: '' };
    const noise = Frame.plane(3, 100);
    // The window of z is three of the largest standard deviation wide each way, around the mean.
    const { mean, covariance } = posterior;
    const reach = 3 * Math.sqrt(Math.max(covariance.xx, covariance.yy));
    const latent = new Frame({
      width: 100,
      height: 100,
      x: [mean.x - reach, mean.x + reach],
      y: [mean.y - reach, mean.y + reach],
    });
    const ellipses = latent.ellipse(covariance, 'outline thin ink-cov', 2, mean);
    const gaussian = [
      ellipses,
      latent.ellipse(covariance, 'filled ink-cov', 1, mean),
      latent.mark(mean, 'ink-mean', 5),
    ];
    const epsilons = [
      noise.image({ a: 1, b: 0, c: 0, d: 1 }, 'outline thin ink-noise', 2),
      noise.image({ a: 1, b: 0, c: 0, d: 1 }, 'filled ink-noise', 1),
      noise.dots(flat(draws.map(({ epsilon }) => epsilon)), 'ink-noise'),
      moving(noise, now.epsilon, 'ink-noise'),
    ];
    const samples = [
      ellipses,
      latent.ellipse(covariance, 'outline thin ink-cov', 1, mean),
      latent.dots(flat(draws.map(({ z }) => z)), 'ink-sample'),
      moving(latent, now.z, 'ink-sample'),
    ];
    const images = draws.map(
      (draw, k) => `<img class="digit-image${k === own._draw ? ' now' : ''}" src="${draw.image}" alt="">`,
    );
    return `<div class="line">
      ${stage('#vae', '<i>x</i>', 'an image', `<img class="digit-image now" src="${image}" alt="a nine, drawn by code">`)}
      ${step('encoder')}
      ${stage('#covariance', '<i class="ink-mean">μ</i>, <span class="ink-cov">Σ</span>', 'a Gaussian', latent.svg('The Gaussian that the encoder gives: a mean and an ellipse', gaussian.join('')))}
      ${step('with')}
      ${stage('#noise', '<i class="ink-noise">ε</i>', 'noise', noise.svg('Round noise with one draw', epsilons.join('')))}
      ${step('<i class="ink-mean">μ</i> + <span class="ink-root">Σ<sup>½</sup></span><i class="ink-noise">ε</i>')}
      ${stage('#clouds', '<i class="ink-sample">z</i>', 'a sample', latent.svg('The same draw within the ellipse', samples.join('')))}
      ${step('decoder')}
      ${stage('#train', '<i>x̂</i>', 'an image again', `<span class="stack">${images.join('')}</span>`)}
    </div>
    <div class="buttons">${button('next', 'Next draw')}${button('play', '<span class="when-still">Play</span><span class="when-playing">Pause</span>')}</div>`;
  },
  describe: ({ own }) => {
    const { epsilon, z } = draws[own._draw] ?? { epsilon: { x: NaN, y: NaN }, z: { x: NaN, y: NaN } };
    return `Draw ${own._draw + 1} of ${draws.length}: epsilon ${decimal(epsilon.x)}, ${decimal(epsilon.y)} becomes z ${decimal(z.x)}, ${decimal(z.y)}.`;
  },
  act: (_, { own }) => ({ own: { _draw: (own._draw + 1) % draws.length } }),
  play: (seconds, from) => ({
    own: { _draw: (from._draw + 1 + Math.floor(seconds / 2.55)) % draws.length },
    done: false,
  }),
});
