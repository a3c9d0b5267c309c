import { choice } from '../fields.ts';
import { figure } from '../figure.ts';
import { measured } from '../measured.ts';

const metrics = { elbo: 'negative ELBO', nll: 'negative log-likelihood' } as const;

export const measuredFigure = figure({
  id: 'measured',
  fields: { metric: choice('Show', metrics, 'elbo') },
  render: ({ own, choices }) => {
    const [low, high] = own.metric === 'elbo' ? [78, 88] : [71, 79];
    const rows = measured.heads.map(({ title, note, ink, ...values }) => {
      const { low: from, high: to } = values[own.metric];
      const share = (value: number): number => (100 * (value - low)) / (high - low);
      const text =
        from === to ? from.toFixed(Number.isInteger(from * 10) ? 1 : 2) : `${from.toFixed(1)}–${to.toFixed(1)}`;
      return `<div class="hbar ink-${ink}"><span class="hbar-title">${title}<small>${note}</small></span>
        <span class="hbar-track"><span class="hbar-fill" style="width:${share((from + to) / 2).toFixed(1)}%"></span></span>
        <data class="hbar-value" value="${(from + to) / 2}" data-name="measured.${own.metric}">${text}</data></div>`;
    });
    return `${choices('metric')}<div class="hbars">${rows.join('')}</div><p class="quiet">Nats an image; lower is better. The axis begins at ${low}. ${measured.source}</p>`;
  },
  describe: ({ own }) => measured.heads.map((head) => `${head.title}: ${head[own.metric].low}`).join('; '),
});
