/** The functions of a profile of V8 that take longest, by themselves and with what they call; milliseconds. */
export function longestCalls({ nodes, samples, timeDeltas }, count) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const own = new Map();
  samples.forEach((id, k) => own.set(id, (own.get(id) ?? 0) + timeDeltas[k] / 1000));
  const nameOf = ({ callFrame: { functionName, url, lineNumber } }) => `${functionName || '(anonymous)'} ${url.split('/').at(-1)}:${lineNumber + 1}`; // prettier-ignore
  const [alone, whole] = [new Map(), new Map()];
  const add = (map, name, ms) => map.set(name, (map.get(name) ?? 0) + ms);
  const visit = (id, above) => {
    const node = byId.get(id);
    const name = nameOf(node);
    let sum = own.get(id) ?? 0;
    add(alone, name, sum);
    for (const child of node.children ?? []) sum += visit(child, new Set(above).add(name));
    // A function that calls itself counts once.
    if (!above.has(name)) add(whole, name, sum);
    return sum;
  };
  visit(nodes[0].id, new Set());
  const table = (title, map) => [title, ...[...map].sort(([, a], [, b]) => b - a).slice(0, count).map(([name, ms]) => `${ms.toFixed(1).padStart(9)} ${name}`)]; // prettier-ignore
  return [...table('By themselves, ms:', alone), ...table('With what they call, ms:', whole)].join('\n');
}
