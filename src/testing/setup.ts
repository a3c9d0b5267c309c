import fc from 'fast-check';

// A property that fails has to fail again: the seed is fixed, and `PROPERTY_SEED=… npm test` looks elsewhere.
fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 20251122) });
