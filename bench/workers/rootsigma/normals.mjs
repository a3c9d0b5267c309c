import { layer, name } from './package.mjs';

/** One repetition: `count` standard normals into an array that is there already. */
export async function setUp({ count, dtype }) {
  const { fillNormal, foldIn, key } = await layer('random');
  const out = dtype === 'float32' ? new Float32Array(count) : new Float64Array(count);
  const seed = key(1);
  let call = 0;
  return {
    name: `${name}, fillNormal`,
    run: (repetitions) => {
      for (let i = 0; i < repetitions; i++) fillNormal(foldIn(seed, call++), out);
    },
  };
}
