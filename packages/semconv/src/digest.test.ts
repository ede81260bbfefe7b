import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { digest64 } from './digest.ts';

describe('digest64', () => {
  it.each([
    ['', '70d7d891f5f8eefa'],
    ['a', 'cf106b24a793318c'],
    ['get_order\u0000{"order_id":"A-1042"}', '32db847718b1002b'],
    ['57°F 🌧', 'f03dc7769200b5cc'],
  ])('of %j never changes, since stored digests are compared with new ones', (text, digest) => {
    expect(digest64(text)).toBe(digest);
  });

  it('tells 100,000 similar texts apart', () => {
    const digests = new Set<string>();
    for (let i = 0; i < 100_000; i++) digests.add(digest64(`{"order_id":"A-${i}"}`));
    expect(digests.size).toBe(100_000);
  });

  it('changes about half of its bits with one bit of the text', () => {
    let changed = 0;
    const rounds = 500;
    for (let i = 0; i < rounds; i++) {
      const text = createHash('sha256').update(String(i)).digest('hex');
      const other = String.fromCharCode(text.charCodeAt(0) ^ 1) + text.slice(1);
      let difference = BigInt(`0x${digest64(text)}`) ^ BigInt(`0x${digest64(other)}`);
      for (; difference > 0n; difference >>= 1n) changed += Number(difference & 1n);
    }
    expect(changed / rounds).toBeGreaterThan(30);
    expect(changed / rounds).toBeLessThan(34);
  });
});
