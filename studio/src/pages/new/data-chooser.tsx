import { useRef, useState } from 'preact/hooks';
import type { About, StartTraining } from '../../../../src/studio/contract.ts';
import { request } from '../../api/client.ts';
import { isAbort, wordsOf } from '../../api/problem.ts';
import { upload } from '../../api/upload.ts';
import { formatBytes, formatLimit } from '../../ui/format.ts';

type Data = StartTraining['data'];

interface DataChooserProps {
  readonly about: About;
  readonly data: Data;
  readonly onData: (data: Data) => void;
  /** After an upload: there is one more. */
  readonly onUploaded: () => void;
  readonly error: string | undefined;
}

/** A built-in set, a file below the folder that the server was given, or one that is sent to it. */
export function DataChooser({ about, data, onData, onUploaded, error }: DataChooserProps) {
  const set = about.datasets.find(({ name }) => data.kind === 'dataset' && name === data.name);
  return (
    <fieldset class="panel data-chooser">
      <legend>Data</legend>
      <div class="kinds" role="radiogroup" aria-label="Where the examples come from">
        <Kind kind="dataset" title="Built-in set" data={data} onPick={() => { onData({ kind: 'dataset', name: about.datasets[0]?.name ?? '' }); }} />
        <Kind kind="file" title="File of this machine" data={data} onPick={() => { onData({ kind: 'file', name: '' }); }} />
        <Kind kind="upload" title="Upload" data={data} onPick={() => { onData({ kind: 'upload', name: '' }); }} />
      </div>
      {data.kind === 'dataset' && (
        <>
          <label class="field">
            <span>Set</span>
            <select value={data.name} onChange={(event) => { onData({ kind: 'dataset', name: event.currentTarget.value }); }}>
              {about.datasets.map(({ name }) => <option key={name} value={name}>{name}</option>)}
            </select>
          </label>
          <p class="quiet">{set?.what}</p>
        </>
      )}
      {data.kind === 'file' && <FileChoice about={about} data={data} onData={onData} />}
      {data.kind === 'upload' && <Upload about={about} data={data} onData={onData} onUploaded={onUploaded} />}
      <p class="field-error" role="alert">{error}</p>
    </fieldset>
  );
} // prettier-ignore

function Kind({ kind, title, data, onPick }: { readonly kind: Data['kind']; readonly title: string; readonly data: Data; readonly onPick: () => void }) {
  return (
    <label class="row">
      <input type="radio" name="data-kind" checked={data.kind === kind} onChange={onPick} />
      {title}
    </label>
  );
} // prettier-ignore

function FileChoice({ about, data, onData }: Pick<DataChooserProps, 'about' | 'data' | 'onData'>) {
  const { data: folder } = about;
  if (!folder) {
    return (
      <p class="quiet">
        The studio was started without a folder of data. With <code>rootsigma studio --data FOLDER</code>, tables, arrays and folders of
        images below it can be trained on.
      </p>
    );
  }
  if (folder.files.length === 0) return <p class="quiet">There is nothing in {folder.folder} that could be trained on: no table, array or folder of images.</p>;
  return (
    <label class="field">
      <span>Below {folder.folder}</span>
      <select value={data.name} onChange={(event) => { onData({ kind: 'file', name: event.currentTarget.value }); }}>
        {data.name === '' && <option value="">choose…</option>}
        {folder.files.map((name) => <option key={name} value={name}>{name === '.' ? 'the folder itself' : name}</option>)}
      </select>
    </label>
  );
} // prettier-ignore

function Upload({ about, data, onData, onUploaded }: Omit<DataChooserProps, 'error'>) {
  const input = useRef<HTMLInputElement>(null);
  const controller = useRef<AbortController | undefined>(undefined);
  const [sending, setSending] = useState<{ readonly name: string; readonly share: number }>();
  const [problem, setProblem] = useState<string>();
  const [isOver, setOver] = useState(false);
  const send = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    setProblem(undefined);
    if (file.size > about.maxUploadBytes) {
      setProblem(`${file.name} has ${formatBytes(file.size)}; at most ${formatLimit(about.maxUploadBytes)} can be uploaded. Start the studio with --data to train on a large file where it lies.`);
      return;
    }
    controller.current = new AbortController();
    setSending({ name: file.name, share: 0 });
    try {
      const { name } = await upload<{ readonly name: string }>(file, { signal: controller.current.signal, onProgress: (share) => { setSending({ name: file.name, share }); } });
      onUploaded();
      onData({ kind: 'upload', name });
    } catch (error) {
      if (!isAbort(error)) setProblem(wordsOf(error));
    }
    setSending(undefined);
  };
  return (
    <>
      <div class={isOver ? 'drop over' : 'drop'}
        onDragOver={(event) => { event.preventDefault(); setOver(true); }}
        onDragLeave={() => { setOver(false); }}
        onDrop={(event) => { event.preventDefault(); setOver(false); void send(event.dataTransfer?.files[0]); }}>
        <p>Drop a table (CSV, TSV, Parquet) or an array (NPY, NPZ) here, or</p>
        <button type="button" disabled={sending !== undefined} onClick={() => input.current?.click()}>Choose a file…</button>
        <input ref={input} type="file" hidden aria-label="File to upload" onChange={(event) => { void send(event.currentTarget.files?.[0]); event.currentTarget.value = ''; }} />
        <p class="quiet">At most {formatLimit(about.maxUploadBytes)}; kept in .uploads beside the runs, on this machine.</p>
      </div>
      {sending && (
        <div class="row" role="status">
          <progress value={sending.share} max={1} aria-label={`Sending ${sending.name}`} />
          <span>{sending.name}: {Math.round(100 * sending.share)} %</span>
          <button type="button" class="small" onClick={() => controller.current?.abort()}>Cancel</button>
        </div>
      )}
      <p class="field-error" role="alert">{problem}</p>
      {about.uploads.length > 0 && <Kept about={about} onRemoved={(name) => { if (data.name === name) onData({ kind: 'upload', name: '' }); onUploaded(); }} />}
      {about.uploads.length > 0 && (
        <label class="field">
          <span>Uploaded</span>
          <select value={data.name} onChange={(event) => { onData({ kind: 'upload', name: event.currentTarget.value }); }}>
            {data.name === '' && <option value="">choose…</option>}
            {about.uploads.map((name) => <option key={name} value={name}>{name}</option>)}
          </select>
        </label>
      )}
    </>
  );
} // prettier-ignore

/** What was uploaded, to be let go of. */
function Kept({ about, onRemoved }: { readonly about: About; readonly onRemoved: (name: string) => void }) {
  const [problem, setProblem] = useState<string>();
  const remove = async (name: string): Promise<void> => {
    setProblem(undefined);
    try {
      await request(`uploads/${encodeURIComponent(name)}`, { method: 'DELETE' });
      onRemoved(name);
    } catch (error) {
      setProblem(wordsOf(error));
    }
  };
  return (
    <details>
      <summary>Uploads that are kept: {about.uploads.length}</summary>
      <ul class="kept-uploads">
        {about.uploads.map((name) => (
          <li key={name} class="row">
            <code>{name}</code>
            <button type="button" class="small" aria-label={`Remove ${name}`} onClick={() => void remove(name)}>Remove</button>
          </li>
        ))}
      </ul>
      <p class="quiet">Runs that were trained on one keep what they have, but for its examples in the explorer.</p>
      <p class="field-error" role="alert">{problem}</p>
    </details>
  );
} // prettier-ignore
