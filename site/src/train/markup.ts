import { eigen, full as matrixOf, product, rotation, transpose } from '../covariance.ts';
import type { Covariance, Point } from '../covariance.ts';
import type { View } from '../figure.ts';
import { button } from '../figure.ts';
import type { trainFields } from '../figures/train.ts';
import { decimal, num } from '../format.ts';
import { Frame, round } from '../plot.ts';
import { heads, profileStep, testCount } from './messages.ts';
import type { Head, Look } from './messages.ts';
import { isBusy } from './state.ts';
import type { TrainState } from './state.ts';

export type TrainView = View<typeof trainFields>;

/** Of a drawing: about what it measures on a desk, so that its words keep their size. */
const size = 220;
const names = { diagonal: 'diagonal Σ', full: 'full Σ' } as const;
const inks = { diagonal: 'root', full: 'cov' } as const;

/** What is going on, for everybody. */
function status({ phase, epoch, epochs, seconds, loaded }: TrainState): string {
  switch (phase) {
    case 'idle':
      if (loaded) return 'Ready: everything is loaded.';
      return 'Nothing is loaded yet. The first click fetches 14.6 MB, ONNX Runtime and the part of the library that trains: about 4 MB where the host compresses.';
    case 'loading':
      return 'Loading ONNX Runtime, and drawing the examples…';
    case 'training':
      return 'Training both, a step of each in turn…';
    case 'trained':
      return `Trained ${epochs} epochs in ${seconds.toFixed(1)} seconds, in this tab. Now turn the latent space.`;
    case 'stopped':
      return `Stopped after epoch ${epoch} of ${epochs}. Both can be turned as they are.`;
    case 'unstarted':
      return 'The part that trains could not be loaded, or this browser cannot run it. Check the connection and press the button again; the rest of the page does without.';
    case 'broken':
      return 'The training broke down: its numbers left the range that a computer can hold. Try another seed.';
  }
}

/** The latent space of one model, turned: an ellipse for each example, and for some the nearest upright one. */
function latent(head: Head, look: Look | undefined, { subject }: TrainState, degrees: number): string {
  const frame = Frame.plane(reach(look), size);
  const label = `Latent space of the model with a ${head} covariance`;
  const circles = [1, 2].map((k) => frame.image({ a: 1, b: 0, c: 0, d: 1 }, 'outline thin quiet', k));
  if (!look) return frame.svg(`${label}, before training`, frame.grid() + circles.join(''));
  const turn = rotation((degrees * Math.PI) / 180);
  const ellipses: string[] = [];
  const upright: string[] = [];
  // The digits' ellipses are small.
  const k = subject === 'digits' ? 2 : 1;
  for (let i = 0; i < testCount; i++) {
    // Every other row of ten, as digit i shows i mod 10; of those, ten with all there is to see.
    if (Math.floor(i / 10) % 2 === 1) continue;
    const [x = NaN, y = NaN] = look.means.subarray(2 * i, 2 * i + 2);
    const [xx = NaN, xy = NaN, , yy = NaN] = look.covariances.subarray(4 * i, 4 * i + 4);
    const center = { x: turn.a * x + turn.b * y, y: turn.c * x + turn.d * y };
    const { a, b, d } = product(product(turn, matrixOf({ xx, xy, yy })), transpose(turn));
    const sigma = { xx: a, xy: b, yy: d };
    const ink = subject === 'digits' ? `digit-${i % 10}` : 'ink-cov';
    ellipses.push(frame.ellipse(sigma, `outline thin ${ink}`, k, center));
    if (i % 11 !== 0 && i % 11 !== 5) continue;
    ellipses.push(axes(frame, sigma, center, k));
    const determinant = a * d - b * b;
    upright.push(frame.ellipse({ xx: determinant / d, xy: 0, yy: determinant / a }, 'outline ink-root', k, center));
  }
  const body = [frame.grid(), frame.clip(circles.join('') + ellipses.join('') + upright.join(''))];
  return frame.svg(`${label}: an ellipse for each example`, body.join(''));
}

/** Half the width of a window that has every mean in it, however it is turned. */
function reach(look: Look | undefined): number {
  let most = 0;
  for (let i = 0; look && i < testCount; i++)
    most = Math.max(most, Math.hypot(...look.means.subarray(2 * i, 2 * i + 2)));
  return Math.max(3.4, most + 0.4);
}

/** The axes of Σ^{1/2}: its eigenvectors times its eigenvalues, k times. */
function axes(frame: Frame, sigma: Covariance, { x, y }: Point, k: number): string {
  const { major, minor, angle } = eigen(sigma);
  const half = (variance: number, direction: number): string => {
    const [dx, dy] = [Math.cos(direction), Math.sin(direction)].map((part) => k * Math.sqrt(variance) * part);
    const [u = 0, v = 0] = [dx, dy];
    return `M${frame.at({ x: x - u, y: y - v })}L${frame.at({ x: x + u, y: y + v })}`;
  };
  return `<path class="stroke half-axes ink-cov" d="${half(major, angle)}${half(minor, angle + Math.PI / 2)}"/>`;
}

/** About four numbers between two. */
function ticks(from: number, to: number): number[] {
  const rough = (to - from) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

const tickText = (value: number): string => String(value).replace('-', '−');

/** ELBO by epoch; the plunge of the first few would leave no room for the rest. */
function elboChart({ curves, epochs, epoch, logDensity }: TrainState): string {
  const settled = heads.flatMap((head) => curves[head].slice(Math.min(Math.ceil(epochs / 10), Math.max(0, epoch - 1))));
  const known = [...settled, ...(logDensity === undefined ? [] : [logDensity])].filter(Number.isFinite);
  const [low, high] = known.length === 0 ? [-4, -3] : [Math.min(...known), Math.max(...known)];
  const room = Math.max(0.08 * (high - low), 0.01);
  const [bottom, top] = [low - room, high + room];
  const frame = new Frame({
    width: size,
    height: size,
    x: [0, epochs || 60],
    y: [bottom, top],
    margin: [46, 15, 22, 24],
  });
  const lines = heads.map((head) =>
    frame.line(
      // Far below the frame is below it.
      curves[head].map((y, x) => ({ x, y: Math.max(y, bottom - 10 * (top - bottom)) })),
      `stroke ink-${inks[head]}`,
    ),
  );
  const own =
    logDensity === undefined
      ? ''
      : frame.line(
          [
            { x: 0, y: logDensity },
            { x: epochs, y: logDensity },
          ],
          'rule',
        );
  const ends = epochs === 0 ? [] : [0, epochs / 2, epochs];
  const shown = known.length === 0 ? [] : ticks(bottom, top);
  return frame.svg(
    'ELBO of both models by epoch',
    [frame.yAxis(shown, 'nats', tickText), frame.xAxis(ends), frame.clip(own + lines.join(''))].join(''),
  );
}

/** What a diagonal Σ loses, by turn. */
function lossChart({ profiles, looks }: TrainState, degrees: number): string {
  const lost = ({ elbo, diagonalElbo }: Look): number => elbo - diagonalElbo;
  const values = profiles ? heads.flatMap((head) => profiles[head]) : [];
  const top = Math.max(0.05, 1.1 * Math.max(0, ...values));
  const low = Math.min(0, ...values) - 0.08 * top;
  const frame = new Frame({ width: size, height: size, x: [0, 90], y: [low, top], margin: [46, 15, 22, 24] });
  const lines = heads.map((head) =>
    profiles
      ? frame.line(
          profiles[head].map((y, i) => ({ x: profileStep * i, y })),
          `stroke ink-${inks[head]}`,
        ) + (looks ? frame.mark({ x: degrees, y: lost(looks[head]) }, `ink-${inks[head]}`, 5) : '')
      : '',
  );
  return frame.svg(
    'Nats lost by diagonal covariances, by turn, for both models',
    [
      frame.yAxis(profiles ? ticks(low, top) : [], 'nats', tickText),
      frame.xAxis([0, 30, 60, 90], '', (x) => `${x}°`),
      lines.join(''),
    ].join(''),
  );
}

function numbers({ looks, degrees }: TrainState): string {
  const cell = (head: Head, what: 'elbo' | 'diagonalElbo' | 'lost'): string => {
    const look = looks?.[head];
    if (!look) return '<td>…</td>';
    const value = what === 'lost' ? look.elbo - look.diagonalElbo : look[what];
    return `<td>${num(value, { name: `train.${head}.${what}`, digits: what === 'lost' ? 3 : 2 })}</td>`;
  };
  const row = (title: string, what: 'elbo' | 'diagonalElbo' | 'lost'): string =>
    `<tr><th scope="row">${title}</th>${heads.map((head) => cell(head, what)).join('')}</tr>`;
  return `<table class="small turned" data-degrees="${degrees}"><thead><tr><td></td>${heads.map((head) => `<th scope="col" class="ink-${inks[head]}">trained with a ${names[head]}</th>`).join('')}</tr></thead><tbody>${row(`ELBO, turned by ${degrees}°`, 'elbo')}${row('the same with the nearest diagonal Σ', 'diagonalElbo')}${row('lost', 'lost')}</tbody></table>`;
}

export function trainMarkup(state: TrainState, { own, slider, numeric, choices }: TrainView): string {
  const { epoch, epochs, looks, logDensity } = state;
  const busy = isBusy(state);
  const refused = state.phase === 'unstarted' || state.phase === 'broken';
  const share = epochs === 0 ? 0 : (100 * epoch) / epochs;
  const legend = heads.map((head) => `<b class="ink-${inks[head]}">${names[head]}</b>`).join(', ');
  return `<div class="sliders">${choices('subject')}<label class="control">seed ${numeric('seed')}</label><div class="buttons">${button('train', busy ? 'Stop' : looks ? 'Train again' : 'Train both')}</div></div>
    <p class="${refused ? 'verdict refused' : 'quiet'}" role="status">${status(state)}</p>
    <p class="epochs quiet"><span class="meter ink-root" style="--share:${round(share)}%"></span>epoch ${epoch}${epochs === 0 ? '' : ` of ${epochs}`}</p>
    <div class="panels four">
      <div class="panel"><p class="panel-title ink-root">z with a diagonal Σ</p>${latent('diagonal', looks?.diagonal, state, own.angle)}</div>
      <div class="panel"><p class="panel-title ink-cov">z with a full Σ</p>${latent('full', looks?.full, state, own.angle)}</div>
      <div class="panel"><p class="panel-title">ELBO by epoch</p>${elboChart(state)}</div>
      <div class="panel"><p class="panel-title">lost if diagonal</p>${lossChart(state, own.angle)}</div>
    </div>
    <p class="quiet">Curves: ${legend}${logDensity === undefined ? '' : `; dashed: the data’s own log-density, ${num(logDensity, { name: 'train.logDensity' })} nats`}.</p>
    ${slider('angle', { readout: `${own.angle}°` })}
    ${numbers(state)}`;
}

/** The figure's result in a sentence. */
export function describeTraining(state: TrainState): string {
  const { looks, degrees } = state;
  if (!looks || isBusy(state)) return status(state);
  const said = heads.map((head) => {
    const { elbo, diagonalElbo } = looks[head];
    return `the model with a ${head} covariance has an ELBO of ${decimal(elbo)} nats, of which a diagonal covariance loses ${decimal(elbo - diagonalElbo, 3)}`;
  });
  return `Turned by ${degrees} degrees, ${said.join('; ')}.`;
}
