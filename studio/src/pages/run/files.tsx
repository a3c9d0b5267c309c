import { useState } from 'preact/hooks';
import { getFile } from '../../api/client.ts';
import { wordsOf } from '../../api/problem.ts';
import type { RunPageProps } from '../../shell/pages.ts';
import { formatBytes } from '../../ui/format.ts';

/** What a file is, by its type. */
const kinds: readonly (readonly [type: RegExp, words: string])[] = [
  [/^image\//, 'picture'],
  [/ndjson/, 'JSON by lines'],
  [/json/, 'JSON'],
  [/markdown/, 'Markdown'],
  [/csv/, 'table'],
];

function kindOf(name: string, type: string): string {
  if (name.endsWith('.onnx')) return 'ONNX model';
  if (name.endsWith('.safetensors')) return 'parameters';
  return kinds.find(([pattern]) => pattern.test(type))?.[1] ?? type;
}

export default function FilesPage({ run }: RunPageProps) {
  const [said, setSaid] = useState<string>();
  const download = async (name: string): Promise<void> => {
    setSaid(undefined);
    try {
      const address = URL.createObjectURL(await getFile(run.id, name));
      const link = document.createElement('a');
      link.href = address;
      link.download = name.split('/').at(-1) ?? name;
      link.click();
      // The browser has begun to read it by then.
      setTimeout(() => {
        URL.revokeObjectURL(address);
      }, 60_000);
    } catch (error) {
      setSaid(`${name}: ${wordsOf(error)}`);
    }
  };
  return (
    <div class="panel">
      <h2>Files of {run.name}</h2>
      <p class="field-error" role="alert">
        {said}
      </p>
      <div class="scroll" role="region" aria-label="Files" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Kind</th>
              <th scope="col" class="number">
                Size
              </th>
              <th>
                <span class="hidden">Download</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {run.files.map(({ name, bytes, type }) => (
              <tr key={name}>
                <th scope="row">
                  <code>{name}</code>
                </th>
                <td class="quiet">{kindOf(name, type)}</td>
                <td class="number">{formatBytes(bytes)}</td>
                <td class="number">
                  <button
                    type="button"
                    class="small"
                    aria-label={`Download ${name}`}
                    onClick={() => void download(name)}
                  >
                    Download
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
