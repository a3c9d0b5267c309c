import type { RunPageProps } from '../../shell/pages.ts';
import { about } from '../../state/runs.ts';
import { Copy } from '../../ui/copy.tsx';
import { flatten, showValue } from '../compare/flatten.ts';
import { quote } from '../new/form-state.ts';

/** config.json, as a table by its parts and as it is. */
export default function ConfigurationPage({ run }: RunPageProps) {
  const rows = flatten(run.config);
  const groups = [...new Set(rows.map(({ group }) => group))];
  return (
    <div class="stack">
      <div class="panels">
        {groups.map((group) => (
          <section key={group} class="panel">
            <h2>{group}</h2>
            <dl class="facts">
              {rows
                .filter((row) => row.group === group)
                .map(({ name, value }) => (
                  <>
                    <dt>{name}</dt>
                    <dd>{showValue(value)}</dd>
                  </>
                ))}
            </dl>
          </section>
        ))}
      </div>
      <Copy
        text={`rootsigma train ${quote(run.data.source)} --config ${quote(`${about.value?.runs ?? 'runs'}/${run.name}/config.json`)}`}
      />
      <details>
        <summary>config.json</summary>
        <pre class="panel">{JSON.stringify(run.config, null, 2)}</pre>
      </details>
    </div>
  );
}
