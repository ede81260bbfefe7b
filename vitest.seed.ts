import fc from 'fast-check';

/**
 * Property tests draw the same examples in every run, so that a change is judged by what it changes. Others are looked
 * for on purpose: `SPANWISE_TEST_SEED=random npm test`, or with the number that a failure named.
 */
const seed = process.env.SPANWISE_TEST_SEED ?? '20261';
if (seed !== 'random') {
  if (!/^-?\d+$/.test(seed)) throw new Error(`SPANWISE_TEST_SEED is ${seed}: give a whole number, or random`);
  fc.configureGlobal({ seed: Number(seed) });
}
