// The playground's form: made of the studio's, each setting in the address, each part with all its options, and all of them train.
import { describe, expect, it } from 'vitest';
import { train } from '../../src/index.ts';
import type { Dataset } from '../../src/index.ts';
import type { TrainingForm } from '../../src/studio/contract.ts';
import { trainingForm } from '../../src/studio/trainings/form.ts';
import { drawPoints, pointSets } from '../../studio/src/model/point-sets.ts';
import { examplesProblem, formFor, inFormWords, optionsOf } from '../../studio/src/pages/playground/settings.ts';

const standing = (query: string, isFile = false) => formFor(trainingForm, new URLSearchParams(query), isFile);
const choicesOf = (name: string): readonly string[] => trainingForm.fields.find((field) => field.name === name)?.choices?.map(({ value }) => value) ?? []; // prettier-ignore

it('offers every option of a part beside it, and sends what the address says', () => {
  const owned = trainingForm.fields.filter(({ when }) => when !== undefined);
  expect(owned.length).toBeGreaterThan(50);
  for (const { name, when } of owned) {
    const query = Object.entries(when ?? {}).map(([kind, [first = '']]) => `${kind}=${first}`).join('&'); // prettier-ignore
    const { main, more } = standing(query);
    expect(
      [...main, ...more].map((field) => field.name),
      `${name} by ${query}`,
    ).toContain(name);
  }
  expect(optionsOf(standing('latent=3&hidden=8,4&trim=0.1&condition=a, b')).options).toMatchObject({ latent: 3, hidden: [8, 4], trim: 0.1, condition: ['a', 'b'], posterior: 'full', epochs: 20 }); // prettier-ignore
  expect(optionsOf(standing('header=false', true))).toMatchObject({ dataOptions: { header: false } });
  expect(optionsOf(standing('latent=two')).errors).toEqual({ latent: '“two” is no number.' });
  expect([examplesProblem('2000'), examplesProblem('1e6'), examplesProblem('')].map((said) => said === undefined)).toEqual([true, false, false]); // prettier-ignore
});

it('makes a schedule of its fields', () => {
  const of = (query: string): unknown => optionsOf(standing(query)).options;
  expect(of('beta=4&betaSchedule=cosine&betaWarmupSteps=200')).toMatchObject({ beta: { value: 4, schedule: 'cosine', warmupSteps: 200 } }); // prettier-ignore
  expect(of('beta=4')).toMatchObject({ beta: 4 });
  expect(of('objective=capacity&capacityFrom=2')).toMatchObject({ capacity: { value: 25, schedule: 'linear', from: 2 } }); // prettier-ignore
  expect(of('schedule=cosine&warmupSteps=10')).toMatchObject({ schedule: 'cosine', warmupSteps: 10 });
});

it('calls options by their labels where the library calls them by flags', () => {
  const { fields } = trainingForm satisfies TrainingForm;
  expect(inFormWords("in the data's own units (--data-option scale=none, whole or each).", fields)).toBe("in the data's own units."); // prettier-ignore
  expect(inFormWords("give it one, condition: 'label' (--condition label), or --batch-size 4; --no-such stays.", fields)).toBe("give it one, condition: 'label' (‘condition’ label), or ‘batch size’ 4; --no-such stays."); // prettier-ignore
});

describe('by its defaults trains, on points of a plane,', () => {
  const [moons] = pointSets;
  // The package's own type, of which the sources are.
  const data = moons && (drawPoints(moons, 60, 0) as unknown as Dataset);
  const cases = ['prior', 'posterior', 'objective'].flatMap((kind) => choicesOf(kind).map((name) => [kind, name] as const)); // prettier-ignore
  it.each(cases)('%s %s', async (kind, name) => {
    if (!data) throw new Error('no data');
    // Of codes alone, so not beside the playground's own posterior: the form says so, as the library does.
    const beside = name === 'chow-liu' ? '&posterior=vector-quantized' : '';
    const { options } = optionsOf(
      standing(`${kind}=${name}${beside}&hidden=4&epochs=1&batchSize=20&discriminatorWidth=8`),
    );
    const run = await train(data, { ...options, engine: 'reference', threads: 1, onNotice: 'silent' });
    const given = run.conditions && { given: { label: 'lower' } };
    if (run.whyNoSamples() === undefined) expect((await run.sample(2, given)).shape).toEqual([2, 2]);
    await run.dispose();
  });
});
