import { activeUnitThreshold } from '../../../objectives/index.ts';
import { option, rule } from '../../../parts/index.ts';
import { defineMetric } from '../metric.ts';
import { columnMoments } from '../columns.ts';

export const activeUnits = defineMetric({
  name: 'active-units',
  summary: 'how many latent dimensions say something of the example',
  quantities: {
    count: { what: 'dimensions whose mean varies more than the threshold', range: [0, Infinity], better: 'neither' },
    varianceOfMeans: { what: 'Var_x E[zᵢ|x] of each dimension', range: [0, Infinity], better: 'neither' },
  },
  formula: '#{ i : Var_x(E_q[zᵢ|x]) > threshold }',
  paper: 'Burda, Grosse and Salakhutdinov 2016, Importance Weighted Autoencoders, §5.1',
  cost: 'one pass of the encoder',
  needs: {},
  options: {
    threshold: option(rule.number({ least: 0 }), {
      help: 'variance over the examples from which on a dimension is active',
      default: activeUnitThreshold,
    }),
  },
  async compute(context, { threshold }) {
    const { mean } = await context.codes();
    const { variance } = columnMoments(mean.data, context.model.latent);
    return { count: variance.filter((value) => value > threshold).length, varianceOfMeans: Array.from(variance) };
  },
});
