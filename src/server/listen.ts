import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { codeOf, ValueError } from '../core/index.ts';
import type { LocalServer } from './local-server.ts';

export interface ListenOptions {
  /** What listens, for messages: `serve`. */
  readonly name: string;
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
  /** How long a client may take to send its headers, and its whole request. */
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** After how long without a byte either way a connection ends: a client that does not read its answer. */
  readonly idleTimeoutMs: number;
  /** Connections at once; more are closed as they come. */
  readonly maxConnections: number;
  /** How often slow clients are looked for. Default: a quarter of the shorter time, at most a second. */
  readonly checkEveryMs?: number;
}

/** A server that listens. */
export interface Listening {
  readonly port: number;
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /**
   * Takes no more connections, answers what it has, then ends; after `graceMs` it ends whatever is left.
   * @returns how many connections were cut
   */
  close(graceMs: number): Promise<number>;
}

/** @throws ValueError for an address that cannot be listened on, with the reason */
export async function listen(server: LocalServer, options: ListenOptions): Promise<Listening> {
  const { host, port, headersTimeoutMs, requestTimeoutMs, idleTimeoutMs, maxConnections } = options;
  const http = createServer(
    {
      headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval:
        options.checkEveryMs ?? Math.min(1000, Math.ceil(Math.min(headersTimeoutMs, requestTimeoutMs) / 4)),
      keepAliveTimeout: 5000,
      maxHeaderSize: 16 * 1024,
    },
    // Errors within have been answered; what is left is a client that has gone.
    (incoming, outgoing) => void handle(incoming, outgoing),
  );
  const handle = getRequestListener(server.app.fetch, { overrideGlobalObjects: false });
  /** Opened, for a request that may come: browsers have some in store. To Node they are not idle. */
  const silent = new Set<Socket>();
  http.on('connection', (socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  http.on('request', ({ socket }) => silent.delete(socket));
  const closeIdle = (): void => {
    http.closeIdleConnections();
    for (const socket of silent) if (socket.bytesRead === 0) socket.destroy();
  };
  http.maxConnections = maxConnections;
  http.timeout = idleTimeoutMs;
  await new Promise<void>((resolve, reject) => {
    http.once('error', (error) => {
      reject(cannotListen(error, options));
    });
    http.listen(port, host, () => {
      http.removeAllListeners('error');
      resolve();
    });
  });
  const { port: taken } = http.address() as AddressInfo;
  const name = host.includes(':') ? `[${host.replace(/^\[|\]$/g, '')}]` : host;
  return {
    port: taken,
    url: `http://${name}:${taken}`,
    close: async (graceMs) => {
      server.isClosing = true;
      const ended = new Promise<void>((resolve) => {
        http.close(() => {
          resolve();
        });
      });
      // A connection that was busy is idle once it has its answer.
      const sweep = setInterval(() => {
        closeIdle();
      }, 20);
      let cut = 0;
      const grace = setTimeout(() => {
        http.getConnections((_, count) => {
          cut = count;
          http.closeAllConnections();
        });
      }, graceMs);
      closeIdle();
      await ended;
      clearInterval(sweep);
      clearTimeout(grace);
      return cut;
    },
  };
}

function cannotListen(error: unknown, { name, host, port }: ListenOptions): Error {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'another program listens there already; port 0 (--port 0) takes any that is free',
    EACCES: 'it is not permitted; ports below 1024 are often reserved',
    EADDRNOTAVAIL: 'this machine does not have that address',
    ENOTFOUND: 'there is no such address',
  };
  const code = codeOf(error);
  const reason = reasons[code ?? ''] ?? (error instanceof Error ? error.message : String(error));
  return new ValueError(`${name}: cannot listen on ${host}, port ${port}: ${reason}.`, { cause: error });
}
