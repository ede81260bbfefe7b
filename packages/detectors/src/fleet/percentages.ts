import type { Counts, Interval } from '../statistics/interval.ts';

/** `71 %`, with a digit more where that tells it from nothing or all. */
export function percent(share: number): string {
  const digits = share > 0 && share < 0.01 ? 1 : share < 1 && share > 0.99 ? 1 : 0;
  return `${(100 * share).toFixed(digits)} %`;
}

/** `+4.2 points`: the difference of two shares. */
export const points = (difference: number): string => `${signed(difference)} points`;

/** `95 % interval −8.1 to −4.0` */
export const intervalInWords = ({ low, high }: Interval): string => `95 % interval ${signed(low)} to ${signed(high)}`;

const signed = (difference: number): string => {
  const text = Math.abs(100 * difference).toFixed(1);
  return `${difference < 0 ? '−' : '+'}${text}`;
};

/** A share of counts; 0 of nothing. */
export const shareOf = ({ hits, trials }: Counts): number => (trials > 0 ? hits / trials : 0);

/** So that it reads the same on every machine. */
export const rounded = (n: number): number => Number(n.toFixed(4));
