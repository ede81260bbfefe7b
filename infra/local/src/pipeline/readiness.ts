import { z } from 'zod';

export interface Readiness {
  readonly ready: boolean;
  /** What is not well, in words; empty when ready. */
  readonly detail: string;
}

const report = z.object({
  ready: z.boolean(),
  components: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string().optional() })),
});

/** Asks a service's `/readyz`. Never rejects: a service that does not answer is not ready. */
export async function askReadiness(url: string, timeoutMs = 2_000): Promise<Readiness> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    if (response.ok) {
      await response.body?.cancel();
      return { ready: true, detail: '' };
    }
    const { components } = report.parse(await response.json());
    const unwell = Object.entries(components).filter(([, component]) => !component.ok);
    return { ready: false, detail: unwell.map(([name, { detail }]) => `${name}: ${detail ?? 'not ready'}`).join('; ') };
  } catch (error) {
    return { ready: false, detail: error instanceof z.ZodError ? `${url} gave an unknown answer` : 'does not answer' };
  }
}
