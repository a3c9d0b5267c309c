import { useEffect, useMemo, useState } from 'preact/hooks';
import type { RunDetail } from '../../../../src/studio/contract.ts';
import { useNumberSetting } from '../../shell/router.ts';
import { prefersStillness } from '../../shell/theme.ts';
import { useFile } from '../../state/resource.ts';
import { wordsOf } from '../../api/problem.ts';
import { Empty } from '../../ui/message.tsx';
import './pictures.css';

type Picture = RunDetail['pictures'][number];

const msPerPicture = 700;

/** Of a run, by epoch; where it kept none on its way, those of its end. */
export function picturesOf({
  pictures,
  files,
  epoch,
}: Pick<RunDetail, 'pictures' | 'files' | 'epoch'>): readonly Picture[] {
  const last = ['samples', 'reconstructions'].flatMap((kind): Picture[] => {
    const file = files.find(({ name }) => name === `${kind}.png`);
    return file && !pictures.some((each) => each.kind === kind && each.epoch >= epoch)
      ? [{ kind, epoch, file: file.name }]
      : [];
  });
  return [...pictures, ...last];
}

/** Samples and reconstructions of runs as they were after each epoch, all at the same one. */
export function Pictures({ runs: given }: { readonly runs: readonly RunDetail[] }) {
  const runs = given.map((run) => ({ id: run.id, name: run.name, pictures: picturesOf(run) }));
  const epochs = useMemo(
    () => [...new Set(runs.flatMap(({ pictures }) => pictures.map(({ epoch }) => epoch)))].sort((a, b) => a - b),
    [runs.map(({ pictures }) => pictures.length).join()],
  );
  const lastEpoch = epochs.at(-1) ?? 0;
  const [epoch, setEpoch] = useNumberSetting('epoch', lastEpoch, [0, Number.MAX_SAFE_INTEGER]);
  const [isPlaying, setPlaying] = useState(false);
  const index = Math.max(0, epochs.findLastIndex((each) => each <= epoch));
  useEffect(() => {
    if (!isPlaying) return undefined;
    const timer = setTimeout(() => { setEpoch(epochs[(index + 1) % epochs.length] ?? lastEpoch); }, msPerPicture);
    return () => { clearTimeout(timer); };
  }, [isPlaying, index, epochs.length]);
  const kinds = [...new Set(runs.flatMap(({ pictures }) => pictures.map(({ kind }) => kind)))].sort();
  if (kinds.length === 0) {
    return (
      <Empty title="No pictures" level={2}>
        <p>Runs on images keep samples and reconstructions after some epochs, and at their end. This one has none.</p>
      </Empty>
    );
  }
  const present = epochs[index] ?? lastEpoch;
  return (
    <>
      {epochs.length > 1 && (
        <div class="controls" role="group" aria-label="Which epoch">
          {!prefersStillness() && (
            <button type="button" aria-pressed={isPlaying} onClick={() => { setPlaying(!isPlaying); }}>{isPlaying ? 'Pause' : 'Play'}</button>
          )}
          <label class="picture-epoch">
            <span>After epoch <output>{present}</output> of {lastEpoch}</span>
            <input type="range" min="0" max={epochs.length - 1} step="1" value={index} aria-valuetext={`epoch ${present}`}
              onInput={(event) => { setPlaying(false); setEpoch(epochs[event.currentTarget.valueAsNumber] ?? lastEpoch); }} />
          </label>
        </div>
      )}
      {kinds.map((kind) => (
        <section key={kind}>
          <h2 class="group-head">{kind.charAt(0).toUpperCase() + kind.slice(1)}</h2>
          {kind === 'reconstructions' && <p class="quiet">Rows in turn: examples as they are, and what the model makes of their codes.</p>}
          <div class="pictures">
            {runs.map(({ id, name, pictures }) => (
              <RunPicture key={id} id={id} name={name} picture={pictures.findLast((each) => each.kind === kind && each.epoch <= present)} kind={kind} withName={runs.length > 1} />
            ))}
          </div>
        </section>
      ))}
    </>
  );
} // prettier-ignore

export interface RunPictureProps {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly picture: Picture | undefined;
  readonly withName: boolean;
  /** A heading of its own. */
  readonly title?: string;
}

export function RunPicture({ id, name, kind, picture, withName, title }: RunPictureProps) {
  const { value, problem } = useFile(id, picture?.file);
  // Until the next one is there, the one before stays: nothing flickers.
  const [shown, setShown] = useState<{ readonly address: string; readonly epoch: number }>();
  useEffect(() => {
    if (value !== undefined && picture) setShown({ address: value, epoch: picture.epoch });
  }, [value]);
  return (
    <figure class="picture panel">
      {title !== undefined && <h2>{title.charAt(0).toUpperCase() + title.slice(1)}</h2>}
      {shown ? <img src={shown.address} alt={`${kind} of ${name} after epoch ${shown.epoch}`} /> : <p class="quiet">{picture ? 'Reading…' : 'None yet at this epoch.'}</p>}
      {problem !== undefined && <p class="field-error">{wordsOf(problem)}</p>}
      <figcaption class="quiet">{withName && <strong>{name}</strong>} {shown && `after epoch ${shown.epoch}`}</figcaption>
    </figure>
  );
} // prettier-ignore
