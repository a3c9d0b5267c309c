import facts from '../../package.json' with { type: 'json' };

/** The version of a peer: bench/package.json pins it. */
export function versionOf(name) {
  return facts.devDependencies[name];
}
