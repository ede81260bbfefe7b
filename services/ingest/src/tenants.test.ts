import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '@spanwise/runtime';
import { describe, expect, it } from 'vitest';
import { openTo, readApiKeys, tenantsByKey } from './tenants.ts';

describe('the tenant of a request', () => {
  const tenantOf = tenantsByKey({ 'key-a': 'acme', 'key b': 'globex' }, 'keys.json');
  it.each([
    ['a bearer token', 'Bearer key-a', undefined, 'acme'],
    ['a bearer token, in whatever case', 'bearer  key-a', undefined, 'acme'],
    ['an API key', undefined, 'key b', 'globex'],
    ['an API key, whatever the other header says', 'Basic abc', 'key-a', 'acme'],
    ['an unknown key', 'Bearer key-c', undefined, undefined],
    ['the beginning of a key', 'Bearer key-', undefined, undefined],
    ['another scheme', 'Basic key-a', undefined, undefined],
    ['nothing', undefined, undefined, undefined],
    ['an empty key', 'Bearer ', '', undefined],
  ])('follows from %s', (_, authorization, apiKey, expected) => {
    expect(tenantOf(authorization, apiKey)).toBe(expected);
  });

  it('is the default one without keys', () => {
    expect(openTo('default')(undefined, undefined)).toBe('default');
  });

  it.each([
    ['no object', ['a']],
    ['no keys', {}],
    ['an empty key', { '': 'acme' }],
    ['an empty tenant', { 'secret-key': '' }],
    ['a tenant that is no text', { 'secret-key': 5 }],
    ['a tenant without end', { 'secret-key': 'x'.repeat(200) }],
    ['a tenant with a slash', { 'secret-key': 'acme/eu' }],
    ['a tenant with a line break', { 'secret-key': 'acme\neu' }],
  ])('cannot be had from a file with %s, which is said without the key', (_, content) => {
    expect(() => tenantsByKey(content, 'keys.json')).toThrow(/^keys\.json/);
    expect(() => tenantsByKey(content, 'keys.json')).not.toThrow(/secret-key/);
  });

  it.each(['no JSON', '{}'])(
    'cannot be had from a file that holds %s, which is a wrong configuration',
    async (content) => {
      const folder = await mkdtemp(join(tmpdir(), 'keys-'));
      const file = join(folder, 'keys.json');
      await writeFile(file, content);
      await expect(readApiKeys(file)).rejects.toThrow(ConfigError);
      await expect(readApiKeys(file)).rejects.toThrow(/SPANWISE_INGEST_API_KEYS_FILE: .*keys\.json.* hold/);
      await rm(folder, { recursive: true });
    },
  );

  it('cannot be had from a file that is not there, which names variable and file', async () => {
    await expect(readApiKeys('/nonexistent/keys.json')).rejects.toThrow(/SPANWISE_INGEST_API_KEYS_FILE.*no such file/);
  });
});
