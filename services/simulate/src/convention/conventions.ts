import type { Convention } from './convention.ts';
import { openInference } from './openinference.ts';
import { openLlmetry } from './openllmetry.ts';
import { otelGenAi } from './otel-genai.ts';
import { vercelAi } from './vercel-ai.ts';

/** Every convention in which the fleet can write its spans. */
export const conventions: readonly Convention[] = [otelGenAi, openInference, openLlmetry, vercelAi];
