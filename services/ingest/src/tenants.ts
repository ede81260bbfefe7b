import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ConfigError } from '@spanwise/runtime';

const LONGEST_TENANT = 128;

/** Says whose a request is, from the headers `authorization` and `x-api-key`. */
export type TenantOf = (authorization: string | undefined, apiKey: string | undefined) => string | undefined;

/** Without keys, everybody is the default tenant. */
export function openTo(tenant: string): TenantOf {
  return () => tenant;
}

/** Reads the file of API keys. Throws ConfigError with what is wrong in it; never with a key. */
export async function readApiKeys(path: string): Promise<TenantOf> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : 'it is not readable as JSON';
    throw wrongFile(`${path}: ${reason}; it must hold {"key": "tenant", …}`);
  }
  try {
    return tenantsByKey(parsed, path);
  } catch (error) {
    throw wrongFile((error as Error).message);
  }
}

function wrongFile(problem: string): ConfigError {
  return new ConfigError('ingest', [`SPANWISE_INGEST_API_KEYS_FILE: ${problem}`]);
}

/**
 * Keys are compared by their SHA-256 in constant time, all of them, so that neither the time nor the position tells anything
 * about a key.
 */
export function tenantsByKey(parsed: unknown, path: string): TenantOf {
  const entries = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? Object.entries(parsed) : [];
  if (entries.length === 0) throw new Error(`${path} must hold at least one key: {"key": "tenant", …}`);
  const tenants = entries.map(([key, tenant], i) => {
    if (key === '') throw new Error(`${path}: key ${i + 1} is empty`);
    if (typeof tenant !== 'string' || tenant === '' || tenant.length > LONGEST_TENANT) {
      throw new Error(`${path}: the tenant of key ${i + 1} must be a text of 1 to ${LONGEST_TENANT} characters`);
    }
    // it is the first part of keys whose parts are joined by a slash
    if (/[/\p{Cc}]/u.test(tenant))
      throw new Error(`${path}: the tenant of key ${i + 1} must not contain '/' or control characters`);
    return { digest: sha256(key), tenant };
  });
  return (authorization, apiKey) => {
    const given = apiKey ?? /^bearer +(.+)$/i.exec(authorization ?? '')?.[1];
    if (given === undefined) return undefined;
    const digest = sha256(given.trim());
    let found: string | undefined;
    for (const { digest: known, tenant } of tenants) {
      if (timingSafeEqual(known, digest)) found = tenant;
    }
    return found;
  };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
