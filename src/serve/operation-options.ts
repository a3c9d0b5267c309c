import { anomalyMethods } from '../api/index.ts';
import { rule } from '../core/index.ts';
import type { OptionName, Schema, ServedOption } from './operation.ts';

const whole = (least: number, most: number, what: string): ServedOption => ({
  rule: rule.whole(least, most),
  schema: { type: 'integer', minimum: least, maximum: most },
  what,
});
const choice = (choices: readonly string[], what: string): ServedOption => ({
  rule: rule.oneOf(choices),
  schema: { type: 'string', enum: choices },
  what,
});
const cell: Schema = { type: ['string', 'number', 'boolean', 'null'] };

/** Draws and sweeps that one request may ask for. */
const mostDraws = 100_000;

/** Every option of every operation. */
export const operationOptions: Readonly<Record<OptionName, ServedOption>> = {
  what: choice(
    ['mean', 'stddev', 'covariance'],
    'Which part of q(z|x) alone. Default: mean and stddev; as NPY the mean.',
  ),
  draws: whole(1, mostDraws, 'Draws for each example.'),
  seed: { ...whole(0, Number.MAX_SAFE_INTEGER, 'Which draws. Default: 0.'), rule: rule.seed },
  given: {
    rule: rule.either(rule.text, rule.object),
    schema: { oneOf: [{ type: 'string' }, { type: 'object', additionalProperties: { oneOf: [cell, { type: 'array', items: cell }, { type: 'object' }] } }] }, // prettier-ignore
    what: 'The condition: { "label": "3" } for all, a list for each; as text label=3.',
  },
  method: choice(anomalyMethods, 'Which score. Default: typicality for Bernoulli likelihoods, balanced-elbo for tables, else elbo.'), // prettier-ignore
  count: whole(1, 2 ** 30, 'How many. Default: 1.'),
  show: choice(['mean', 'mode', 'draw'], 'What of p(x|z), or of a gap: what is expected there, or a draw.'),
  missing: { rule: rule.flag, schema: { type: 'boolean' }, what: 'Rows of a table: whether values are missing as often as in training. Default: true.' }, // prettier-ignore
  tries: whole(1, 1_000_000, 'Rows drawn at most for those that have what is given of drawn columns.'),
  sweeps: whole(1, mostDraws, 'Moves of each kind that a chain makes before its draw is taken. Default: 50.'),
};
