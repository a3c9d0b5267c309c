import type { EvaluationFigure, RunEvaluation } from '../../../../src/studio/contract.ts';
import { formatNumber } from '../../ui/format.ts';

/** All that an evaluation came to, in words: which examples, how exactly, by how many draws. */
export function EvaluationPanel({ evaluation }: { readonly evaluation: RunEvaluation }) {
  const { split, examples, figures, skipped } = evaluation;
  return (
    <section class="panel evaluation">
      <h2>Evaluation</h2>
      <p class="quiet">
        Means over {examples.toLocaleString('en')} examples of {split === 'all' ? 'all the data: there is no test split' : `the ${split} split`}; ± is a
        standard error.
      </p>
      <div class="scroll" role="region" aria-label="Figures of the evaluation" tabIndex={0}>
        <table>
          <thead>
            <tr><th scope="col">Figure</th><th scope="col" class="number">Value</th></tr>
          </thead>
          <tbody>{figures.map((figure) => <FigureRow key={figure.name} figure={figure} />)}</tbody>
        </table>
      </div>
      {skipped.length > 0 && (
        <details>
          <summary>Left out: {skipped.length}</summary>
          <ul>{skipped.map(({ name, why }) => <li key={name}>{why.includes(`'${name}'`) ? why : `${name}: ${why}`}</li>)}</ul>
        </details>
      )}
    </section>
  );
} // prettier-ignore

function FigureRow({ figure }: { readonly figure: EvaluationFigure }) {
  const { title, what, unit, standardError, draws, of } = figure;
  return (
    <tr>
      <th scope="row">
        {title}
        {what !== undefined && <span class="quiet under">{what}</span>}
        {'values' in figure && <List values={figure.values} names={figure.names} />}
      </th>
      <td class="number">
        {'value' in figure && (figure.value === null ? 'not finite' : formatNumber(figure.value, 5))}
        {of !== undefined && ` of ${of}`}
        {standardError !== undefined && <span class="quiet"> ± {formatNumber(standardError, 3)}</span>}
        {unit !== undefined && <span class="quiet"> {unit}</span>}
        {draws !== undefined && <span class="quiet under">{draws} {draws === 1 ? 'draw' : 'draws'} an example</span>}
      </td>
    </tr>
  );
} // prettier-ignore

/** One number a latent dimension, or one a factor with its name. */
function List({ values, names }: { readonly values: readonly (number | null)[]; readonly names?: readonly string[] | undefined }) {
  return (
    <details>
      <summary>{values.length} values</summary>
      <p class="under">{values.map((value, at) => `${names?.[at] ?? `z${at + 1}`} ${value === null ? 'not finite' : formatNumber(value, 3)}`).join(', ')}</p>
    </details>
  );
} // prettier-ignore
