// Other data than the run's own, to look at by its model.
import { useState } from 'preact/hooks';
import type { About } from '../../../../src/studio/contract.ts';
import { upload } from '../../api/upload.ts';
import { useResource } from '../../state/resource.ts';
import { Failure } from '../../ui/message.tsx';

export interface DataChoiceProps {
  /** Empty: the run's own; else `upload:NAME` or `file:NAME`. */
  readonly data: string;
  /** What the run's own are called. */
  readonly own: string;
  readonly onData: (data: string) => void;
}

export function DataChoice({ data, own, onData }: DataChoiceProps) {
  const about = useResource<About>('about').value;
  const places = [
    ...(about?.uploads.map((name) => `upload:${name}`) ?? []),
    ...(about?.data?.files.map((name) => `file:${name}`) ?? []),
    ...(data === '' ? [] : [data]),
  ];
  return (
    <label>
      Data
      <select value={data} onChange={(event) => { onData(event.currentTarget.value); }}>
        <option value="">{own.split('/').at(-1)}, the run's</option>
        {[...new Set(places)].map((place) => <option key={place} value={place}>{place.replace(/^(upload|file):/, '')}</option>)}
      </select>
    </label>
  ); // prettier-ignore
}

/** A file to look at instead. */
export function UploadData({ onData }: Pick<DataChoiceProps, 'onData'>) {
  const [share, setShare] = useState<number | undefined>(undefined);
  const [problem, setProblem] = useState<unknown>(undefined);
  const send = (file: File): void => {
    setProblem(undefined);
    setShare(0);
    upload<{ readonly name: string }>(file, { onProgress: setShare }).then(
      ({ name }) => { setShare(undefined); onData(`upload:${name}`); },
      (error: unknown) => { setShare(undefined); setProblem(error); },
    ); // prettier-ignore
  };
  return (
    <>
      <label class="row">
        Upload them, or others like them
        <input type="file" disabled={share !== undefined} accept=".csv,.tsv,.parquet,.npy,.npz,.gz" onChange={(event) => { const file = event.currentTarget.files?.[0]; if (file) send(file); }} />
      </label>
      {share !== undefined && <progress value={share} aria-label="Uploading" />}
      {problem !== undefined && <Failure problem={problem} />}
    </>
  ); // prettier-ignore
}
