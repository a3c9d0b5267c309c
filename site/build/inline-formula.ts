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
};

const token =
  /\\mathcal N|\\operatorname\{\w+\}|\\,|\\[A-Za-z]+|[_^]\{[^{}]*\}|[_^](?:\\[A-Za-z]+|[A-Za-z0-9])|[A-Za-z]|\d+(?:\.\d+)?|[-+=(),;/]|\s+|./gsu;

/** The formula as HTML, or nothing where it takes KaTeX to set it. */
export function inlineFormula(source: string): string | undefined {
  let html = '';
  let scripted = false;
  for (const [part] of source.matchAll(token)) {
    const set = setToken(part);
    const isScript = /^[_^]/.test(part);
    // An index above or below another needs stacking.
    if (set === undefined || (isScript && scripted)) return undefined;
    scripted = isScript || part === '\\rt' || part === '\\T' || (scripted && part.trim() === '');
    html += set;
  }
  return `<span class="katex letter">${html}</span>`;
}

function setToken(part: string): string | undefined {
  if (part.trim() === '') return '';
  const script = /^([_^])\{?(.*?)\}?$/s.exec(part);
  if (script) {
    const [, kind, body = ''] = script;
    const inner = [...body.matchAll(token)].map(([item]) => setToken(item));
    if (inner.includes(undefined)) return undefined;
    return kind === '_' ? `<sub>${inner.join('')}</sub>` : `<sup>${inner.join('')}</sup>`;
  }
  const relation = relations[part];
  if (relation !== undefined) return `<span class="relation">${relation}</span>`;
  if (/^[A-Za-z]$/.test(part)) return `<i>${part}</i>`;
  if (/^[\d.]+$|^[()/;]$/.test(part)) return part;
  return symbols[part];
}
