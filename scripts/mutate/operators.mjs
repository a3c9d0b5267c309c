// What is changed in a source file to see whether a test notices: a list of { kind, start, end, replacement } for a file's text. Types,
// imports, errors and their messages are left alone.
import ts from 'typescript';

const { SyntaxKind: Kind } = ts;

const swappedOperators = new Map([
  [Kind.PlusToken, '-'],
  [Kind.MinusToken, '+'],
  [Kind.AsteriskToken, '/'],
  [Kind.SlashToken, '*'],
  [Kind.PercentToken, '*'],
  [Kind.PlusEqualsToken, '-='],
  [Kind.MinusEqualsToken, '+='],
  [Kind.AsteriskEqualsToken, '/='],
  [Kind.SlashEqualsToken, '*='],
  [Kind.LessThanToken, '<='],
  [Kind.LessThanEqualsToken, '<'],
  [Kind.GreaterThanToken, '>='],
  [Kind.GreaterThanEqualsToken, '>'],
  [Kind.EqualsEqualsEqualsToken, '!=='],
  [Kind.ExclamationEqualsEqualsToken, '==='],
  [Kind.AmpersandAmpersandToken, '||'],
  [Kind.BarBarToken, '&&'],
]);

const comparisons = new Set(['<', '<=', '>', '>=']);

/** Functions that stand for each other, and those that give way to their argument. */
const arithmetic = { add: 'sub', sub: 'add', mul: 'div', div: 'mul' };
const siblings = { min: 'max', max: 'min', floor: 'ceil', ceil: 'floor', ...arithmetic };
const transparent = new Set(['abs', 'sqrt', 'neg', 'round', 'exp', 'log', 'log1p', 'expm1', 'square', 'transpose']);
/** Their arguments may come in any order. */
const commutative = new Set([
  'add',
  'mul',
  'equal',
  'min',
  'max',
  'minimum',
  'maximum',
  'hypot',
  'logicalAnd',
  'logicalOr',
  'sameShape',
]);

/** All mutations of a source text. */
export function mutationsOf(path, text) {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found = [];
  const textOf = (node) => node.getText(source);
  const change = (kind, node, replacement) => {
    found.push({ kind, start: node.getStart(source), end: node.end, replacement });
  };

  const visit = (node) => {
    if (isLeftAlone(node)) return;
    mutate(node);
    ts.forEachChild(node, visit);
  };

  const mutate = (node) => {
    if (ts.isBinaryExpression(node)) binary(node);
    else if (ts.isPrefixUnaryExpression(node)) unary(node);
    else if (ts.isNumericLiteral(node)) number(node);
    else if (node.kind === Kind.TrueKeyword) change('true → false', node, 'false');
    else if (node.kind === Kind.FalseKeyword) change('false → true', node, 'true');
    else if (ts.isConditionalExpression(node)) {
      change('other branch', node, `${textOf(node.condition)} ? ${textOf(node.whenFalse)} : ${textOf(node.whenTrue)}`);
    } else if (ts.isIfStatement(node)) change('condition negated', node.expression, `!(${textOf(node.expression)})`);
    else if (ts.isCallExpression(node)) call(node);
    else if (ts.isExpressionStatement(node) && !isIncrement(node.expression)) change('statement removed', node, ';');
  };

  const binary = (node) => {
    const { left, operatorToken: operator, right } = node;
    if ([left, right].some(isText)) return;
    const swapped = swappedOperators.get(operator.kind);
    if (swapped !== undefined) change(comparisons.has(swapped) ? 'boundary' : 'operator', operator, swapped);
    if (operator.kind === Kind.AsteriskToken && isPlace(node)) change('first row', node, '0');
    if (operator.kind === Kind.QuestionQuestionToken && !isReadOfArray(left))
      change('default always', node, textOf(right));
  };

  const unary = (node) => {
    if (node.operator === Kind.MinusToken) change('sign dropped', node, textOf(node.operand));
    if (node.operator === Kind.ExclamationToken) change('negation dropped', node, textOf(node.operand));
  };

  const number = (node) => {
    const value = Number(node.text);
    // `x[i] ?? 0` is there for the compiler.
    const { parent } = node;
    if (ts.isBinaryExpression(parent) && parent.operatorToken.kind === Kind.QuestionQuestionToken && isReadOfArray(parent.left)) return; // prettier-ignore
    if (Number.isInteger(value) && Math.abs(value) < 1e6) change('+ 1', node, String(value + 1));
    else change('× 1.01', node, `(1.01 * ${node.text})`);
  };

  const call = (node) => {
    const { expression, arguments: given } = node;
    const nameNode = ts.isPropertyAccessExpression(expression) ? expression.name : expression;
    const name = textOf(nameNode);
    if (Object.hasOwn(siblings, name)) change('function', nameNode, siblings[name]);
    if ((transparent.has(name) || Object.hasOwn(arithmetic, name)) && given.length > 0) change('function dropped', node, textOf(given[0])); // prettier-ignore
    if (given.length >= 2 && !commutative.has(name) && textOf(given[0]) !== textOf(given[1])) {
      const [first, second] = [given[0], given[1]];
      const between = text.slice(first.end, second.getStart(source));
      found.push({
        kind: 'arguments swapped',
        start: first.getStart(source),
        end: second.end,
        replacement: textOf(second) + between + textOf(first),
      });
    }
  };

  ts.forEachChild(source, visit);
  return found;
}

/** Types, imports, what is thrown, and notes for the developer are no behaviour that a number shows. */
function isLeftAlone(node) {
  return (
    ts.isTypeNode(node) ||
    ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isThrowStatement(node) ||
    ts.isTemplateExpression(node) ||
    (ts.isNewExpression(node) && /Error$/.test(node.expression.getText()))
  );
}

const isText = (node) =>
  ts.isStringLiteralLike(node) ||
  ts.isTemplateExpression(node) ||
  (ts.isBinaryExpression(node) && (isText(node.left) || isText(node.right)));

const isReadOfArray = (node) => ts.isElementAccessExpression(node);

/** `i++` without use of its value: a loop that never ends tells nothing but that it is a loop. */
const isIncrement = (node) => ts.isPostfixUnaryExpression(node) || ts.isPrefixUnaryExpression(node);

/** A product that says where in an array something lies: in its brackets, or in `subarray(…)`, `slice(…)`, `set(…, …)`. */
function isPlace(node) {
  for (let at = node; at.parent; at = at.parent) {
    const { parent } = at;
    if (ts.isElementAccessExpression(parent)) return parent.argumentExpression === at;
    if (ts.isCallExpression(parent)) return /\.(subarray|slice|set)$/.test(parent.expression.getText()) && at !== parent.expression; // prettier-ignore
    if (!ts.isBinaryExpression(parent) && !ts.isParenthesizedExpression(parent)) return false;
  }
  return false;
}
