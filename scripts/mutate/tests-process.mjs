// A process that keeps Vitest warm and runs tests in a copy of the project when it is told to: { changed, tests } → { failed, tests }.
// It is killed when a mutant never ends.
import { join, relative } from 'node:path';
import { createVitest } from 'vitest/node';

const [root] = process.argv.slice(2);

/** In the order given: the quickest first. */
class AsGiven {
  sort(specifications) {
    return specifications;
  }
  shard(specifications) {
    return specifications;
  }
}

process.chdir(root);
/** The files that ended since the last question. */
let ended = [];
const vitest = await createVitest('test', {
  root,
  watch: false,
  bail: 1,
  maxWorkers: 1,
  fileParallelism: false,
  cache: false,
  reporters: [{ onTestModuleEnd }],
  setupFiles: [join(root, 'src/testing/setup.ts'), join(root, 'scripts/mutate/reach-setup.mjs')],
  sequence: { sequencer: AsGiven },
});
await vitest.standalone();
const [project] = vitest.projects;

process.on('message', async ({ changed, tests, bail }) => {
  try {
    for (const file of changed) vitest.invalidateFile(join(root, file));
    vitest.config.bail = bail;
    for (const each of vitest.projects) each.config.bail = bail;
    const specifications = tests.map(({ file, ids }) =>
      project.createSpecification(join(root, file), ids && { testIds: ids }),
    );
    ended = [];
    const { unhandledErrors } = await vitest.runTestSpecifications(specifications);
    process.send({
      files: ended,
      unhandled: unhandledErrors.map((error) => String(error?.message ?? 'an error that nobody handled')),
    });
  } catch (error) {
    process.send({ problem: String(error?.stack ?? error) });
  }
});
process.send('ready');

function onTestModuleEnd(module) {
  ended.push(outcome(module));
  process.send('a file ended');
}

function outcome(module) {
  const tests = [...module.children.allTests()].map((test) => ({
    id: test.id,
    name: test.fullName,
    state: test.result().state,
    duration: test.diagnostic()?.duration ?? 0,
    message: test.result().errors?.[0]?.message,
  }));
  const errors = module.errors().map(({ message }) => message);
  return { file: relative(root, module.moduleId), state: module.state(), errors, tests };
}
