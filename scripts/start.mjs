// `npm start`: the main job on data that need no download. Trains a VAE, evaluates it, and says where the pictures are.
import { spawnSync } from 'node:child_process';

const program = 'dist/cli/main.js';
const run = 'runs/first';

function rootsigma(...args) {
  console.log(`\n$ node ${program} ${args.join(' ')}\n`);
  const { status, signal } = spawnSync(process.execPath, [program, ...args], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? (signal === 'SIGINT' ? 130 : 1));
}

// Ctrl-C goes to the command under way, which saves; its exit code ends this script.
process.on('SIGINT', () => undefined);

console.log('A VAE with a full-covariance posterior, z = μ(x) + Σ(x)^½ ε, on digits drawn by code.');
rootsigma('train', 'digits', '--posterior', 'full', '--epochs', '12', '--seed', '1', '--out', run, '--overwrite');
rootsigma('evaluate', run, '--limit', '1000');

console.log(`
Look at
  ${run}/samples.png           digits it makes up
  ${run}/reconstructions.png   test digits, each with its reconstruction below
  ${run}/README.md             the model card

Then try
  node ${program} sample ${run} -o more.png --seed 2
  node ${program} train digits --posterior diagonal --epochs 12 --seed 1    does the diagonal Σ fit as well?
  node ${program} train people.csv                                          your own table, or a folder of images
  node ${program} --help`);
