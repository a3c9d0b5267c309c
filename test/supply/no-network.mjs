// With `node --import`: whoever reaches for the network is noted in the file NETWORK_LOG, and fails.
import dgram from 'node:dgram';
import dns from 'node:dns';
import { appendFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

function refuse() {
  const error = new Error('no network here');
  appendFileSync(process.env.NETWORK_LOG, `${error.stack}\n`);
  throw error;
}

net.Socket.prototype.connect = refuse;
for (const module of [dns, dns.promises]) {
  for (const name of Object.keys(module)) if (/^(lookup|resolve)/.test(name)) module[name] = refuse;
}
dgram.createSocket = refuse;
globalThis.fetch = refuse;
syncBuiltinESMExports();
