import { number } from '../fields.ts';
import { figure } from '../figure.ts';

const kinds = [
  { id: 'diagonal', title: 'diagonal σ', emitted: (n: number) => n, draw: (n: number) => n, logdet: 'n logs' },
  {
    id: 'cholesky',
    title: 'full, the head emits L',
    emitted: (n: number) => (n * (n + 1)) / 2,
    draw: (n: number) => (n * (n + 1)) / 2,
    logdet: 'n logs',
  },
  {
    id: 'symmetric',
    title: 'full, the head emits S through its factor',
    emitted: (n: number) => (n * (n + 1)) / 2,
    draw: (n: number) => n * (n + 1),
    logdet: 'n logs',
  },
  {
    id: 'given',
    title: 'full, Σ given: eigendecomposition first',
    emitted: (n: number) => (n * (n + 1)) / 2,
    draw: (n: number) => 9 * n ** 3 + 2 * n ** 2,
    logdet: 'n logs, after',
  },
] as const;

const grouped = (value: number): string => Math.round(value).toLocaleString('en').replaceAll(',', ' ');

export const cost = figure({
  id: 'cost',
  fields: { power: number('latent size n', { min: 1, max: 9, step: 1, initial: 5 }) },
  render: ({ own, slider }) => {
    const n = 2 ** own.power;
    const most = Math.log10(9 * 512 ** 3);
    const bar = (value: number, style: string): string =>
      `<span class="meter ${style}" style="--share:${((100 * Math.log10(value + 1)) / most).toFixed(1)}%"></span>`;
    const rows = kinds.map(
      ({ id, title, emitted, draw }) => `<tr><th scope="row">${title}</th>
        <td><data value="${emitted(n)}" data-name="cost.${id}.emitted">${grouped(emitted(n))}</data>${bar(emitted(n), 'ink-cov')}</td>
        <td><data value="${draw(n)}" data-name="cost.${id}.draw">${grouped(draw(n))}</data>${bar(draw(n), 'ink-root')}</td></tr>`,
    );
    return `${slider('power', { readout: `n = ${n}` })}
      <div class="scroll" tabindex="0" role="group" aria-label="table"><table class="costs"><thead><tr><td></td><th>numbers the encoder emits for Σ</th><th>multiplications for one draw</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>
      <p class="quiet">Bars on a logarithmic scale. An eigendecomposition counts as 9 n³, the usual estimate for a symmetric matrix with its vectors.</p>`;
  },
  describe: ({ own }) => {
    const n = 2 ** own.power;
    return `With ${n} latent dimensions a diagonal head emits ${n} numbers, a full one ${(n * (n + 1)) / 2}.`;
  },
});
