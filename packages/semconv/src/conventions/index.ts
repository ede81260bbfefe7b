import type { Convention } from '../concept.ts';
import { openInference } from './openinference.ts';
import { openLlmetry } from './openllmetry.ts';
import { otelGenAi, otelGeneral } from './otel-genai.ts';
import { others } from './others.ts';
import { vercelAi } from './vercel-ai.ts';

/** All conventions in order of precedence: of two attributes for one concept the one declared earlier is believed. */
export const conventions: readonly Convention[] = [
  otelGenAi,
  openInference,
  openLlmetry,
  vercelAi,
  otelGeneral,
  ...others,
];

/**
 * Conventions in the order in which they name a span that carries attributes of several: the specific ones emit
 * OpenTelemetry's names besides their own.
 */
export const recognitionOrder: readonly string[] = [openInference, openLlmetry, vercelAi, otelGenAi, ...others].map(
  (convention) => convention.name,
);
