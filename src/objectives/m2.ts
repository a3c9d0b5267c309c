import { CapabilityError, NdArray } from '../core/index.ts';
import {
  add,
  broadcastTo,
  constant,
  exp,
  expandDims,
  logSumExp,
  mean,
  mul,
  neg,
  slice,
  sub,
  sum,
} from '../graph/index.ts';
import type { GraphKey, Tensor } from '../graph/index.ts';
import type { LayerContext, Parameters } from '../nn/index.ts';
import { option } from '../parts/index.ts';
import { elboTerms } from './elbo-terms.ts';
import type { ElboTerms } from './elbo-terms.ts';
import { defineObjective } from './objective.ts';
import type { LabelFacts } from './objective.ts';
import type { Conditional } from './rows.ts';
import { describeScheduled, scheduled } from './schedule.ts';

export const m2 = defineObjective({
  name: 'm2',
  summary:
    'M2, semi-supervised: of examples without a label the bound is summed over the classes, weighed by a classifier q(y|x)',
  when: 'when few of many examples have labels: for a classifier that the others make better, and samples of a class',
  formula:
    'labelled: E_q(z|x,y)[log p(x|z,y)] + log p(y) − KL(q(z|x,y) ‖ p(z)) + α N/Nₗ log q(y|x); else Σ_y q(y|x) (the bound of y) + H(q(y|x))',
  paper: 'Kingma, Rezende, Mohamed and Welling 2014, Semi-supervised Learning with Deep Generative Models, eq. 6 to 9',
  options: {
    classifierWeight: option(scheduled({ least: 0 }), {
      help: "α, weight of the classifier on the labelled examples, as if all N were labelled; the paper's is 0.1",
      // With 0.1 the unlabelled bounds, of some hundred nats, decide what classes are before the labels do (docs/labels.md).
      default: 10,
      isScheduled: true,
    }),
  },
  infersCondition: true,
  describe: ({ classifierWeight }) => `M2, α = ${describeScheduled(classifierWeight)}`,
  build: (_, { labels }) => ({
    couplesExamples: false,
    criterion: {
      metric: 'bound',
      direction: 'max',
      terms: (context) => boundsOf({ ...context, mode: 'evaluate' }, labels).terms,
      perExample: (context) => boundsOf({ ...context, mode: 'evaluate' }, labels).bound,
    },
    notices: labels
      ? [`${Math.round(1e4 * labels.share) / 100} % of the training examples have a label; each step computes the model for all ${labels.counts.length} classes.`] // prettier-ignore
      : [],
    build: (context) => {
      const { bound, terms, classification } = boundsOf({ ...context, mode: 'train' }, labels);
      const { classifierWeight = 0 } = context.scalars;
      // A mean over the labelled examples, in steps that may have none: each stands for 1 / share of them.
      const ofLabelled = mul(mean(classification), 1 / Math.max(labels?.share ?? 1, Number.MIN_VALUE));
      return {
        loss: add(neg(mean(bound)), mul(ofLabelled, classifierWeight)),
        metrics: {
          reconstruction: mean(terms.reconstruction),
          kl: mean(terms.kl),
          bound: mean(bound),
          classification: ofLabelled,
        },
      };
    },
  }),
});

interface Batch {
  /** [batch, inputSize] */
  readonly x: Tensor;
  readonly conditional?: Conditional | undefined;
  readonly parameters: Parameters;
  readonly key: GraphKey;
  readonly mode: LayerContext['mode'];
}

interface Bounds {
  /** Of log p(x, y) where y is known, else of log p(x), [batch] */
  readonly bound: Tensor;
  /** Under the classes that are known or inferred, [batch]. */
  readonly terms: ElboTerms;
  /** −log q(y|x) where y is known, else 0, [batch] */
  readonly classification: Tensor;
}

/** Log-odds of a class that training does not have: e to the power of it is 0. */
const never = -1e9;

/**
 * Both bounds at once: the terms of each class, weighed by the label where it is known (one-hot), else by q(y|x).
 *
 * @throws CapabilityError of a model that infers no condition
 */
function boundsOf({ x, conditional, parameters, key, mode }: Batch, labels: LabelFacts | undefined): Bounds {
  const { classifier, conditionSize = 0 } = conditional?.model ?? {};
  if (!conditional?.model.given || !classifier) {
    throw new CapabilityError(
      "objective 'm2' infers the label of examples that have none, and the model has no condition that is a label: give it one, condition: 'label' (--condition label).",
    );
  }
  const { classes } = classifier;
  const logPrior = logPriorOf(labels, classes);
  const context: LayerContext = { mode, key: key.foldIn(1), state: new Map() };
  const odds = add(classifier.apply(parameters, x, context), constant(maskOf(logPrior), x.dtype));
  const logClass = sub(odds, logSumExp(odds, -1, { keepDims: true })); // log q(y|x), [batch, classes]
  // Each example once a class, [batch, classes, inputSize].
  const each = broadcastTo(expandDims(x, -2), [...x.shape.slice(0, -1), classes, x.shape.at(-1) ?? 0]);
  const model = conditional.model.given(constant(oneHot(classes, conditionSize), x.dtype));
  const ofClasses = elboTerms({ ...model.apply(parameters, each, { key, mode }), x: each });
  const known = slice(conditional.condition, { [-1]: [0, classes] }); // one-hot, zeros where y is not known
  const isOpen = sub(1, sum(known, -1)); // [batch]
  const guess = exp(logClass);
  const shares = add(known, mul(expandDims(isOpen, -1), guess));
  const weighed = (values: Tensor): Tensor => sum(mul(shares, values), -1);
  const [reconstruction, kl] = [weighed(ofClasses.reconstruction), weighed(ofClasses.kl)];
  const entropy = mul(isOpen, neg(sum(mul(guess, logClass), -1)));
  const ofPrior = weighed(constant(NdArray.from(logPrior, 'float64'), x.dtype));
  return {
    bound: add(sub(reconstruction, kl), add(ofPrior, entropy)),
    terms: { reconstruction, kl },
    classification: neg(sum(mul(known, logClass), -1)),
  };
}

/** log p(y): how often labelled examples have each class; of a class without any a number whose weight is 0. */
function logPriorOf(labels: LabelFacts | undefined, classes: number): number[] {
  const counts = labels?.counts ?? Array.from({ length: classes }, () => 1);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return Array.from({ length: classes }, (_, k) => ((counts[k] ?? 0) > 0 ? Math.log((counts[k] ?? 0) / total) : never));
}

function maskOf(logPrior: readonly number[]): NdArray<'float64'> {
  return NdArray.from(
    logPrior.map((value) => (value === never ? never : 0)),
    'float64',
  );
}

/** Each class as a condition, [classes, conditionSize]. */
function oneHot(classes: number, conditionSize: number): NdArray<'float32'> {
  const rows = NdArray.zeros([classes, conditionSize], 'float32');
  for (let k = 0; k < classes; k++) rows.data[k * (conditionSize + 1)] = 1;
  return rows;
}
