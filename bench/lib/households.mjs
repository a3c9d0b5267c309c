// A table with a known structure that real ones have and scikit-learn's small ones have not: names of several kinds that go
// together, incomes with a heavy tail, a number that is mostly zero, one with two modes, dates, counts, and values that are
// missing more often for some rows than for others. Drawn by code.
import { tableOf } from '../../dist/io/index.js';
import { foldIn, key, normal, uniform } from '../../dist/random/index.js';

const regions = ['north', 'east', 'south', 'west'];
const housing = ['rented', 'owned', 'shared'];
const jobs = ['clerk', 'driver', 'engineer', 'nurse', 'teacher', 'self-employed', 'none'];
const schooling = ['none', 'school', 'college', 'university'];

/** @returns {import('../../dist/io/index.js').Table} */
export function makeHouseholds(count, { seed = 0 } = {}) {
  let stream = 0;
  const normals = () => normal(foldIn(key(seed), stream++), [count], { dtype: 'float64' }).data;
  const uniforms = () => uniform(foldIn(key(seed), stream++), [count], { dtype: 'float64' }).data;
  const [age, wealth, health, commute, noise] = Array.from({ length: 5 }, normals);
  const [u, v, w, s, t, r, q, p] = Array.from({ length: 8 }, uniforms);
  const choose = (weights, at) => {
    let left = at * weights.reduce((sum, weight) => sum + weight, 0);
    return Math.max(
      0,
      weights.findIndex((weight) => (left -= weight) < 0),
    );
  };
  const rows = Array.from({ length: count }, (_, k) => {
    const years = Math.round(Math.min(90, Math.max(18, 44 + 15 * age[k])));
    const region = choose([3, 2, 4, 1], u[k]);
    const school = choose([1, 5, 3, 1 + 2 * (region === 0)], v[k]);
    const weights = [3, 3 - school * 0.8, 0.2 + school ** 2 / 3, 1.5, 0.2 + school / 2, 1, years > 65 ? 14 : 1];
    const job = jobs[choose(weights, w[k])];
    const scale = 9.6 + 0.25 * school + 0.012 * (Math.min(years, 60) - 18) + (job === 'none' ? -0.9 : 0);
    // Log-normal with a Pareto tail: one in twenty earns a multiple.
    const income = Math.exp(scale + 0.45 * wealth[k]) * (s[k] > 0.95 ? (1 - (s[k] - 0.95) / 0.05 + 1e-3) ** -0.6 : 1);
    const owns = years > 35 && wealth[k] + (school - 1) / 2 > 0.3;
    const claims = t[k] < 0.65 - 0.15 * (health[k] > 0.5) ? 0 : Math.exp(5.5 + 1.1 * health[k] + 0.3 * noise[k]);
    const byCar = region > 1 || job === 'driver';
    const travel = job === 'none' ? NaN : Math.max(1, byCar ? 18 + 5 * commute[k] : 55 + 9 * commute[k]);
    const good =
      1 / (1 + Math.exp(-(1.5 * (Math.log(income) - 10.3) + 0.9 * owns - 1.1 * (claims > 0) + 0.4 * noise[k])));
    const day = new Date(Date.UTC(2024, 0, 1) - Math.floor((years - 18) * 200 * r[k]) * 86_400_000);
    return {
      age: years,
      region: regions[region],
      schooling: schooling[school],
      job,
      income: r[k] < (job === 'self-employed' ? 0.4 : 0.05) ? null : Number(income.toFixed(2)),
      housing: housing[owns ? 1 : choose([4, 0, 1 + 3 * (years < 30)], q[k])],
      children: Math.min(4, Math.floor(-Math.log(1 - 0.95 * v[k]) * (years > 25 ? 1 : 0.2))),
      claims: Number(claims.toFixed(2)),
      travel: Number.isNaN(travel) ? null : Math.round(travel),
      smoker: q[k] < 0.04 ? null : health[k] > 0.9 ? 'yes' : 'no',
      'customer since': day.toISOString().slice(0, 10),
      renewed: p[k] < good ? 'yes' : 'no',
    };
  });
  return tableOf(Object.keys(rows[0] ?? {}).map((name) => ({ name, values: rows.map((row) => row[name]) })));
}
