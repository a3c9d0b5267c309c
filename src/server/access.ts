import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { HttpError } from './problem.ts';

// Who may ask: a token that is compared in constant time, and the names by which a browser may reach the server.

/** 256 bits at random, as text that fits a header and a URL. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Whether an address is this machine's alone. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}

/** Compares `Authorization: Bearer …` with a token, in a time that says nothing of where they differ. */
export class TokenCheck {
  readonly #digest: Buffer;

  constructor(token: string) {
    this.#digest = digestOf(token);
  }

  /** @throws HttpError 401 without the token, or with another */
  check(authorization: string | undefined): void {
    const [, given] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
    // Digests have one length, and equal ones are of equal tokens.
    if (given !== undefined && timingSafeEqual(digestOf(given), this.#digest)) return;
    const why = given === undefined ? 'the request has no token' : 'this is not the token of this server';
    throw new HttpError(401, `${why}: send the header Authorization: Bearer TOKEN.`, {
      'www-authenticate': `Bearer realm="rootsigma"${given === undefined ? '' : ', error="invalid_token"'}`,
    });
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** By what names a server may be reached. */
export interface HostOptions {
  /** The address that it listens on. */
  readonly host: string;
  /** Further names; '*' is any. */
  readonly allowedHosts: readonly string[];
  /** Whether a token is asked for: a page that reaches the server by a name of its own does not have it. */
  readonly hasToken: boolean;
}

/**
 * Refuses requests under names that are not the server's: a page of somebody else may have its own name point to 127.0.0.1 (DNS
 * rebinding), and would then be of the same origin. The `Host` of such a request is that name.
 */
export function hostCheck({ host, allowedHosts, hasToken }: HostOptions): (header: string | undefined) => void {
  const allowed = new Set(allowedHosts.map((name) => name.toLowerCase()));
  const isLocal = isLoopback(host);
  const anyName = allowed.has('*') || (!isLocal && hasToken && allowed.size === 0);
  if (!isLocal) allowed.add(hostname().toLowerCase());
  return (header) => {
    const name = nameOf(header);
    if (name === undefined) throw new HttpError(400, 'the request has no Host, or one that is no name.');
    if (anyName || isLoopback(name) || allowed.has(name)) return;
    if (!isLocal && isIP(name.replace(/^\[|\]$/g, '')) !== 0) return;
    throw new HttpError(
      403,
      `the name '${name}' is not one that this server is reached by. Where it is, the server is told: --allow-host ${name}.`,
    );
  };
}

/** The name in `Host: name:port`; an IPv6 address keeps its brackets. */
function nameOf(header: string | undefined): string | undefined {
  return /^(\[[\da-f:.]+\]|[\w.-]+)(:\d+)?$/i.exec(header ?? '')?.[1]?.toLowerCase();
}

/**
 * What becomes of a request that a page sends: undefined where it is of the server's own origin, or no page's; else the origin, if
 * it may ask. @throws HttpError 403 for any other
 */
export function originAllowed(
  origin: string | undefined,
  { host, origins }: { readonly host: string | undefined; readonly origins: readonly string[] },
): string | undefined {
  if (origin === undefined) return undefined;
  if (origin === `http://${host ?? ''}` || origin === `https://${host ?? ''}`) return undefined;
  if (origins.includes('*')) return '*';
  if (origins.includes(origin)) return origin;
  throw new HttpError(
    403,
    `pages of '${origin}' may not ask this server. Where they may, the server is told: --cors ${origin}.`,
  );
}
