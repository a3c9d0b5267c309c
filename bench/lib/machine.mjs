import { spawnSync } from 'node:child_process';
import { loadavg, availableParallelism, cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

/** The first of Debian's Python and the PATH's that has numpy. */
export function findPython() {
  return ['/usr/bin/python3', 'python3'].find(
    (command) => spawnSync(command, ['-c', 'import numpy'], { stdio: 'ignore' }).status === 0,
  );
}

/** Lines that say where and with what the numbers were measured. */
export function machineFacts(python) {
  const load = loadavg().map((value) => value.toFixed(2));
  const lines = [
    `${new Date().toISOString().slice(0, 10)}; ${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, ` +
      `${Math.round(totalmem() / 2 ** 30)} GiB; ${process.platform} ${process.arch}; Node ${process.versions.node}; ` +
      `load average ${load.join(' ')}`,
  ];
  if (python === undefined) return [...lines, 'Python: none with numpy found; its peers are skipped.'];
  const script = fileURLToPath(new URL('../workers/python/facts.py', import.meta.url));
  return [...lines, ...spawnSync(python, [script], { encoding: 'utf8' }).stdout.trim().split('\n')];
}
