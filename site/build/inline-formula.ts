/**
 * Simple inline formulas (letters, one index or exponent, operators) as plain HTML in KaTeX's fonts. KaTeX's own output is
 * fifty times heavier, and these are most of the article's formulas; plain text also reads aloud as it stands.
 */
const symbols: Readonly<Record<string, string>> = {
  '\\eps': '<i class="ink-noise">ε</i>',
  '\\mean': '<i class="ink-mean">μ</i>',
  '\\cov': '<span class="ink-cov">Σ</span>',
  '\\rt': '<span class="ink-root">Σ<sup>1/2</sup></span>',
  '\\sd': '<i class="ink-root">σ</i>',
  '\\z': '<i class="ink-sample">z</i>',
  '\\T': '<sup>⊤</sup>',
  '\\sigma': '<i>σ</i>',
  '\\mu': '<i>μ</i>',
  '\\lambda': '<i>λ</i>',
  '\\rho': '<i>ρ</i>',
  '\\varepsilon': '<i>ε</i>',
  '\\Sigma': 'Σ',
  '\\Lambda': 'Λ',
  '\\det': 'det&#8201;',
  '\\operatorname{tr}': 'tr&#8201;',
  '\\operatorname{diag}': 'diag',
  '\\log': 'log&#8201;',
  '\\nabla': '∇',
  '\\mathcal N': '<span class="calligraphic">N</span>',
  '\\mathrm E': 'E',
  '\\mathrm{logvar}': 'logvar',
  '\\tfrac12': '½&#8201;',
  '\\lVert': '∥',
  '\\rVert': '∥',
  '\\dots': '…',
  '\\pm': '±',
  '\\,': '&#8201;',
  '-': '−',
  ',': ',&#8201;',
};

const relations: Readonly<Record<string, string>> = {
  '=': '=',
  '+': '+',
  '\\odot': '⊙',
  '\\sim': '∼',
  '\\ge': '≥',
  '\\ne': '≠',
  '\\leftarrow': '←',
  '\\approx': '≈',
  '\\times': '×',
  '\\mid': '∣',
};

const token =
  /\\sqrt\{(?:[^{}]|\{[^{}]*\})*\}|\\sqrt *(?:\\[A-Za-z]+|\w)|\\tfrac12|\\math(?:cal|rm)\s+\w|\\(?:operatorname|mathrm)\{\w+\}|\\,|\\[A-Za-z]+|[_^]\{(?:[^{}]|\{[^{}]*\})*\}|[_^](?:\\[A-Za-z]+|[A-Za-z0-9])|[A-Za-z]|\d+(?:\.\d+)?|[-+=(),;/]|\s+|./gsu;

/** The formula as HTML, or nothing where it takes KaTeX to set it. */
export function inlineFormula(source: string): string | undefined {
  const html = setAll(source);
  return html === undefined ? undefined : `<span class="katex letter">${html}</span>`;
}

function setAll(source: string): string | undefined {
  const parts: string[] = [];
  let last = '';
  for (const [part] of source.matchAll(token)) {
    if (part.trim() === '') continue;
    const between = part === '-' && /[\w})]$/.test(last);
    const set = between ? relation('−') : setToken(part.replace(/\s+/g, ' '));
    if (set === undefined) return undefined;
    // An exponent right after an index, or the other way round, stands above it.
    if (isScript(part) && isScript(last)) {
      const other = parts.pop() ?? '';
      parts.push(`<span class="stacked">${part.startsWith('^') ? set + other : other + set}</span>`);
    } else {
      parts.push(set);
    }
    last = part;
  }
  return parts.join('');
}

const relation = (sign: string): string => `<span class="relation">${sign}</span>`;
const isScript = (part: string): boolean => /^[_^]/.test(part);

function setToken(part: string): string | undefined {
  const script = /^([_^])\{?(.*?)\}?$/s.exec(part);
  if (script) {
    const inner = setAll(script[2] ?? '');
    const name = script[1] === '_' ? 'sub' : 'sup';
    return inner === undefined ? undefined : `<${name}>${inner}</${name}>`;
  }
  const radicand = /^\\sqrt *\{?(.*?)\}?$/s.exec(part);
  if (radicand) {
    const inner = setAll(radicand[1] ?? '');
    return inner === undefined ? undefined : `√<span class="radicand">${inner}</span>`;
  }
  const sign = relations[part];
  if (sign !== undefined) return relation(sign);
  if (/^[A-Za-z]$/.test(part)) return `<i>${part}</i>`;
  if (/^[\d.]+$|^[()/;]$/.test(part)) return part;
  return symbols[part];
}
