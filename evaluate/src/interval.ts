/** A share with its counts and its 95 % interval (Wilson 1927); null of nothing. */
export interface Share {
  readonly share: number;
  readonly of: number;
  readonly low: number;
  readonly high: number;
}

const Z = 1.96;

export function shareOf(part: number, whole: number): Share | null {
  if (whole === 0) return null;
  const share = part / whole;
  const spread = (Z * Math.sqrt((share * (1 - share)) / whole + (Z * Z) / (4 * whole * whole))) / (1 + (Z * Z) / whole);
  const middle = (share + (Z * Z) / (2 * whole)) / (1 + (Z * Z) / whole);
  return { share, of: whole, low: Math.max(0, middle - spread), high: Math.min(1, middle + spread) };
}
