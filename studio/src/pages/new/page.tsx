import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { About, FormFaults, StartTraining, TrainingForm } from '../../../../src/studio/contract.ts';
import { post } from '../../api/client.ts';
import { Problem, wordsOf } from '../../api/problem.ts';
import { go, route, setQuery } from '../../shell/router.ts';
import { useResource } from '../../state/resource.ts';
import { runOf, runs, runsProblem } from '../../state/runs.ts';
import { Copy } from '../../ui/copy.tsx';
import { Failure, Loading, Message } from '../../ui/message.tsx';
import { DataChooser } from './data-chooser.tsx';
import { Field } from './field.tsx';
import { check, commandLine, effective, fieldOf, freeName, isShown, typedOf } from './form-state.ts';
import type { Typed } from './form-state.ts';
import './new.css';

export default function NewPage() {
  const from = route.value.query.get('from');
  const form = useResource<TrainingForm>('form');
  const info = useResource<About>('about');
  const start = useResource<StartTraining>(from === null ? undefined : `runs/${from}/start`);
  const problem = form.problem ?? info.problem;
  const again = (): void => { form.reload(); info.reload(); };
  return (
    <>
      <h1>New training</h1>
      {start.problem !== undefined && <Failure problem={start.problem} />}
      {problem !== undefined && !(form.value && info.value) ? (
        <Failure problem={problem} again={again} />
      ) : !form.value || !info.value || (from !== null && ((!start.value && start.problem === undefined) || (!runs.value && runsProblem.value === undefined))) ? (
        <Loading />
      ) : (
        <Form key={from ?? ''} form={form.value} about={info.value} start={start.value} name={copyName(from)} onUploaded={info.reload} />
      )}
    </>
  );
} // prettier-ignore

interface FormProps {
  readonly form: TrainingForm;
  readonly about: About;
  /** Of a run that is to be trained again. */
  readonly start: StartTraining | undefined;
  /** What it is to be called, unless one says otherwise. */
  readonly name: string;
  readonly onUploaded: () => void;
}

/** Free among the runs there are; where one of that name has come meanwhile, the server says so. */
function copyName(from: string | null): string {
  const run = from === null ? undefined : runOf(from);
  return run ? freeName(run.name, runs.value?.map(({ name }) => name) ?? []) : '';
}

/** What the server says of options as they are typed. */
function useFaults(options: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const [said, setSaid] = useState<{ readonly of: Readonly<Record<string, unknown>>; readonly faults: Readonly<Record<string, string>> }>({ of: {}, faults: {} });
  const asked = JSON.stringify(options);
  useEffect(() => {
    const controller = new AbortController();
    const timer = setTimeout(() => {
      const of = JSON.parse(asked) as Readonly<Record<string, unknown>>;
      post<FormFaults>('form/check', { options: of }, { signal: controller.signal }).then(
        ({ faults }) => { setSaid({ of, faults }); },
        // Starting says what is wrong then.
        () => undefined,
      );
    }, 200);
    return () => { clearTimeout(timer); controller.abort(); };
  }, [asked]);
  // What was changed since, is not judged yet.
  const isSame = (name: string): boolean => JSON.stringify(said.of[name]) === JSON.stringify(options[name]);
  return Object.fromEntries(Object.entries(said.faults).filter(([name]) => isSame(name)));
} // prettier-ignore

/** The groups that most people look at; the others are folded. */
const openGroups = ['Model', 'Training'];

function Form({ form, about, start, name: proposed, onUploaded }: FormProps) {
  const { query } = route.value;
  const [data, setData] = useState<StartTraining['data']>(start?.data ?? { kind: 'dataset', name: query.get('data') ?? about.datasets[0]?.name ?? '' });
  const [name, setName] = useState(proposed);
  const [typed, setTyped] = useState<Typed>(start ? typedOf(start) : {});
  const startPreset = start?.options.preset;
  const presetName = query.get('preset') ?? (typeof startPreset === 'string' ? startPreset : '');
  const preset = form.presets.find((each) => each.name === presetName);
  const [refused, setRefused] = useState<{ readonly field: string | undefined; readonly words: string }>();
  const [isSending, setSending] = useState(false);
  const top = useRef<HTMLFormElement>(null);
  const { options, errors } = useMemo(() => check(form, typed, preset), [form, typed, preset]);
  const of = (option: string): string => effective(option, { typed, preset, fields: form.fields });
  const faults = useFaults(options);
  const groups = [...new Set(form.fields.map(({ group }) => group))];
  const body: StartTraining = { data, ...(name.trim() !== '' && { name: name.trim() }), options };
  const known = new Set(form.fields.map((field) => field.name));
  const isElsewhere = refused !== undefined && (refused.field === undefined || !(known.has(refused.field) || ['data', 'name', 'preset'].includes(refused.field)));
  const errorOf = (field: string): string | undefined => errors[field] ?? faults[field] ?? (refused?.field === field ? refused.words : undefined);

  useEffect(() => {
    // To what is wrong; a group that is folded opens.
    if (!refused) return;
    const wrong = top.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    const folded = wrong?.closest('details');
    if (folded) folded.open = true;
    wrong?.focus();
  }, [refused]);

  const submit = async (): Promise<void> => {
    const [wrong] = Object.entries({ ...faults, ...errors });
    if (wrong) {
      setRefused({ field: wrong[0], words: wrong[1] });
      return;
    }
    setSending(true);
    setRefused(undefined);
    try {
      const { id } = await post<{ readonly id: string }>('trainings', body);
      go(['runs', id]);
    } catch (error) {
      setRefused({ field: error instanceof Problem ? fieldOf(error.pointer) : undefined, words: wordsOf(error) });
    }
    setSending(false);
  };

  return (
    <form ref={top} class="new-training" noValidate onSubmit={(event) => { event.preventDefault(); void submit(); }}>
      <DataChooser about={about} data={data} onData={setData} onUploaded={onUploaded} error={errorOf('data')} />
      <fieldset class="panel">
        <legend>Start from</legend>
        <div class="fields">
          <div class="field">
            <label for="preset">preset</label>
            <select id="preset" value={preset?.name ?? ''} aria-describedby="preset-help" onChange={(event) => { setQuery({ preset: event.currentTarget.value || (startPreset === undefined ? undefined : 'none') }); }}>
              <option value="">none: the defaults</option>
              {form.presets.map((each) => <option key={each.name} value={each.name}>{each.name}</option>)}
            </select>
            <p id="preset-help" class="help">{preset?.what ?? 'options to start from; what else you say goes over them'}</p>
            {errorOf('preset') !== undefined && <p class="field-error">{errorOf('preset')}</p>}
          </div>
          <div class="field">
            <label for="run-name">name of the run</label>
            <input id="run-name" type="text" autocomplete="off" spellcheck={false} value={name} placeholder="made from data and posterior" aria-invalid={errorOf('name') !== undefined} aria-describedby="run-name-help" onInput={(event) => { setName(event.currentTarget.value); }} />
            <p id="run-name-help" class="help">its folder below {about.runs}</p>
            {errorOf('name') !== undefined && <p class="field-error">{errorOf('name')}</p>}
          </div>
        </div>
      </fieldset>
      {groups.map((group) => {
        const fields = form.fields.filter((field) => field.group === group && field.name !== 'preset' && isShown(field, of));
        if (fields.length === 0) return null;
        const changed = fields.filter((field) => typed[field.name] !== undefined).length;
        return (
          <details key={group} class="panel group" open={openGroups.includes(group) || changed > 0 || fields.some((field) => errors[field.name] !== undefined)}>
            <summary><h2>{group}</h2>{changed > 0 && <span class="quiet"> {changed} changed</span>}</summary>
            <div class="fields">
              {fields.map((field) => {
                const otherwise = preset?.options[field.name] ?? field.default;
                return (
                  <Field key={field.name} field={field} typed={typed[field.name]} otherwise={otherwise} isPreset={preset?.options[field.name] !== undefined} error={errorOf(field.name)}
                    onType={(text) => { setTyped(Object.fromEntries(Object.entries({ ...typed, [field.name]: text }).filter(([, value]) => value !== undefined)) as Typed); }} />
                );
              })}
            </div>
          </details>
        );
      })}
      {isElsewhere && <Message kind="error" title={refused.words} />}
      <div class="start">
        <Copy text={commandLine(body, form, { runs: about.runs, dataFolder: about.data?.folder })} />
        <button type="submit" class="primary" disabled={isSending || data.name === ''}>{isSending ? 'Starting…' : 'Start training'}</button>
      </div>
    </form>
  );
} // prettier-ignore
