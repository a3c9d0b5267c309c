import { closeSync, existsSync, openSync, writeSync } from 'node:fs';

const cities = ['Berlin', 'Oslo', 'Rome', 'Lima', 'Paris', 'Bern', 'Kyoto'];
const grades = ['low', 'mid', 'high'];

/** A generator of numbers in [0, 1): the same ones every time (mulberry32). */
function uniform(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Orders as a shop's database gives them, in CSV: an id, whole numbers, real ones of two to eight decimals, one with missing
 * values, names of few and of many values, one with missing values, yes and no, a day and a time. A million rows are 95 MB.
 */
export function writeOrders(path, rows) {
  if (existsSync(path)) return;
  const random = uniform(1);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const pad = (value, digits) => String(value).padStart(digits, '0');
  const file = openSync(path, 'wx');
  let text = 'order,age,amount,x,y,share,city,product,member,day,count,rate,grade\n';
  for (let row = 0; row < rows; row++) {
    const day = Math.floor(random() * 28) + 1;
    const fields = [
      1_000_000 + row,
      18 + Math.floor(random() * 72),
      Math.exp(4 + normal()).toFixed(2),
      normal().toFixed(6),
      (100 * normal()).toFixed(3),
      random().toFixed(8),
      cities[Math.floor(random() ** 2 * cities.length)],
      `P${pad(Math.floor(random() ** 2 * 500), 4)}`,
      random() < 0.3 ? 'yes' : 'no',
      `20${20 + Math.floor(random() * 5)}-${pad(1 + Math.floor(random() * 12), 2)}-${pad(day, 2)} ${pad(Math.floor(random() * 24), 2)}:${pad(Math.floor(random() * 4) * 15, 2)}:00`,
      Math.floor(-3 * Math.log(1 - random())),
      random() < 0.1 ? '' : (10 * random()).toFixed(4),
      random() < 0.2 ? 'NA' : grades[Math.floor(random() * 3)],
    ];
    text += `${fields.join(',')}\n`;
    if (text.length > 2 ** 20) {
      writeSync(file, text);
      text = '';
    }
  }
  writeSync(file, text);
  closeSync(file);
}
