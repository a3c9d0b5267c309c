// Two hosts, as far as one machine has them: network namespaces with a link between. On demand (ROOTSIGMA_NAMESPACES=1), as only root may make them.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { missing, program, rootsigmaAlone } from './harness.ts';

const isAsked = process.env.ROOTSIGMA_NAMESPACES !== undefined && missing === '';
const [one, two] = [`rs-${process.pid}-1`, `rs-${process.pid}-2`] as const;
const cwd = mkdtempSync(join(tmpdir(), 'rootsigma-hosts-'));

function sh(command: string): string {
  const { status, stdout, stderr } = spawnSync('bash', ['-ec', command], { cwd, encoding: 'utf8', timeout: 200_000 });
  expect(status, stderr).toBe(0);
  return stdout;
}

afterAll(() => {
  if (isAsked) spawnSync('bash', ['-c', `ip netns del ${one}; ip netns del ${two}`]);
  rmSync(cwd, { recursive: true, force: true });
});

it.skipIf(!isAsked)(
  `two hosts train what one process does${isAsked ? '' : ' (ROOTSIGMA_NAMESPACES=1 asks for it)'}`,
  () => {
    sh(`for name in ${one} ${two}; do ip netns add $name; ip -n $name link set lo up; done
    ip link add one netns ${one} type veth peer name two netns ${two}
    ip -n ${one} addr add 10.77.0.1/24 dev one; ip -n ${one} link set one up
    ip -n ${two} addr add 10.77.0.2/24 dev two; ip -n ${two} link set two up`);
    // In place of ssh: AGENT HOST COMMAND…
    const agent = join(cwd, 'agent.sh');
    writeFileSync(
      agent,
      `#!/bin/bash\nshift\nexec ip netns exec ${two} unshare --uts bash -c "hostname host-two; $*"\n`,
    );
    chmodSync(agent, 0o755);
    const small = ['train', 'digits', '--count', '300', '--test-count', '20', '--latent', '2', '--hidden', '8'];
    const train = [...small, '--batch-size', '70', '--epochs', '2', '--threads', '1', '--out'];
    const net = '--mca btl tcp,self --mca btl_tcp_if_include 10.77.0.0/24 --mca oob_tcp_if_include 10.77.0.0/24';
    const job = `mpirun --allow-run-as-root --bind-to none --mca plm_rsh_agent ${agent} ${net} --host 10.77.0.1:1,10.77.0.2:1 -np 2`;
    sh(
      `ip netns exec ${one} unshare --uts bash -c "hostname host-one; ${job} ${process.execPath} ${program} ${train.join(' ')} hosts"`,
    );
    expect(Number(sh(`ip netns exec ${one} cat /sys/class/net/one/statistics/tx_bytes`))).toBeGreaterThan(1e5);
    expect(rootsigmaAlone([...train, 'alone'], cwd).code).toBe(0);
    const model = (run: string): Buffer => readFileSync(join(cwd, run, 'model.safetensors'));
    expect(model('hosts')).toEqual(model('alone'));
  },
);
