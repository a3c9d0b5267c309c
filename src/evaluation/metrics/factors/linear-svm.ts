/** f(x) = w x + b */
interface Line {
  readonly weight: number;
  readonly bias: number;
}

/**
 * A linear support vector machine on one number: for each class against the others the minimum of
 *
 *   ½ (w² + b²) + Σ Cᵢ max(0, 1 − yᵢ (w xᵢ + b))²
 *
 * by Newton's method. Class c has the weight n / (classes · n_c), as `class_weight='balanced'` of LIBLINEAR (Fan et al. 2008)
 * applies it: to the examples of the class alone, and for two classes to both.
 *
 * @param levels the class of each input, 0 … classes − 1; one without examples is never predicted
 * @returns the class of a number: the one with the largest f
 */
export function fitLinearSvm(
  inputs: Float64Array,
  levels: Uint32Array,
  { classes, penalty }: { readonly classes: number; readonly penalty: number },
): (x: number) => number {
  const counts = new Float64Array(classes);
  for (const level of levels) counts[level]!++;
  const there = Array.from(counts.keys()).filter((level) => counts[level]! > 0);
  const weightOf = (level: number): number => (penalty * levels.length) / (there.length * counts[level]!);
  if (there.length === 1) return () => there[0]!;
  if (there.length === 2) {
    const [first, second] = there as [number, number];
    const line = fitLine(inputs, (i) => levels[i] === second, [weightOf(second), weightOf(first)]);
    return (x) => (line.weight * x + line.bias > 0 ? second : first);
  }
  const lines = there.map((level) => fitLine(inputs, (i) => levels[i] === level, [weightOf(level), penalty]));
  return (x) => {
    let [best, most] = [0, -Infinity];
    lines.forEach(({ weight, bias }, at) => {
      const value = weight * x + bias;
      if (value > most) [best, most] = [at, value];
    });
    return there[best]!;
  };
}

const mostSteps = 100;

/** @param weights of what is in the class, and of what is not */
function fitLine(
  inputs: Float64Array,
  isInClass: (index: number) => boolean,
  [inside, outside]: readonly [number, number],
): Line {
  const signs = Float64Array.from(inputs, (_, i) => (isInClass(i) ? 1 : -1));
  let line: Line = { weight: 0, bias: 0 };
  let current = lossAt(line);
  for (let step = 0; step < mostSteps; step++) {
    const { slope, curvature } = current;
    const [[g, h], [a, b, c]] = [slope, curvature];
    if (Math.max(Math.abs(g), Math.abs(h)) < 1e-12 * inputs.length) break;
    const determinant = a * c - b * b;
    const [dw, db] = [(c * g - b * h) / determinant, (a * h - b * g) / determinant];
    // The loss is quadratic between kinks: a whole step is right but near one.
    let length = 1;
    let next = lossAt({ weight: line.weight - dw, bias: line.bias - db });
    while (next.value > current.value && length > 1e-10) {
      length /= 2;
      next = lossAt({ weight: line.weight - length * dw, bias: line.bias - length * db });
    }
    if (next.value >= current.value) break;
    line = { weight: line.weight - length * dw, bias: line.bias - length * db };
    current = next;
  }
  return line;

  /** The loss, its gradient, and its Hessian as [ww, wb, bb]. */
  function lossAt({ weight, bias }: Line) {
    let value = 0.5 * (weight * weight + bias * bias);
    let [gw, gb] = [weight, bias];
    let [ww, wb, bb] = [1, 0, 1];
    for (let i = 0; i < inputs.length; i++) {
      const [x, y] = [inputs[i]!, signs[i]!];
      const slack = 1 - y * (weight * x + bias);
      if (slack <= 0) continue;
      const cost = y > 0 ? inside : outside;
      value += cost * slack * slack;
      gw -= 2 * cost * slack * y * x;
      gb -= 2 * cost * slack * y;
      ww += 2 * cost * x * x;
      wb += 2 * cost * x;
      bb += 2 * cost;
    }
    return { value, slope: [gw, gb] as const, curvature: [ww, wb, bb] as const };
  }
}
