import { newAttributes, type OtlpResourceSpans, type OtlpScopeSpans } from '@spanwise/otlp';
import type { RunSpan, SpanSource } from '../run.ts';
import type { Departure } from './departures.ts';

/** Processes do not send to us themselves but through a few Collectors. */
const COLLECTORS = 4;
const MOST_SPANS = 256;

/** Splits what leaves at one time into requests: one or more from each Collector. */
export function requestsOf(departures: readonly Departure[]): Departure[][] {
  const byCollector = new Map<number, Departure[]>();
  for (const departure of departures) {
    const collector = collectorOf(departure.span.source.service);
    const waiting = byCollector.get(collector);
    if (waiting) waiting.push(departure);
    else byCollector.set(collector, [departure]);
  }
  return [...byCollector.values()].flatMap((all) =>
    Array.from({ length: Math.ceil(all.length / MOST_SPANS) }, (_, i) =>
      all.slice(i * MOST_SPANS, (i + 1) * MOST_SPANS),
    ),
  );
}

function collectorOf(service: string): number {
  let sum = 0;
  for (let i = 0; i < service.length; i += 1) sum += service.charCodeAt(i);
  return sum % COLLECTORS;
}

/** Spans under their resources and scopes. */
export function resourceSpansOf(spans: readonly RunSpan[]): OtlpResourceSpans[] {
  const byResource = new Map<string, OtlpResourceSpans>();
  const byScope = new Map<string, OtlpScopeSpans>();
  for (const { source, span } of spans) {
    const resourceKey = `${source.service} ${source.release} ${source.environment}`;
    const scopeKey = `${resourceKey} ${source.scope.name}`;
    const resource = found(byResource, resourceKey, () => resourceOf(source));
    const scope = found(byScope, scopeKey, () => {
      const made = { scope: { ...source.scope, attributes: newAttributes() }, spans: [] };
      resource.scopeSpans.push(made);
      return made;
    });
    scope.spans.push(span);
  }
  return [...byResource.values()];
}

function resourceOf({ service, release, environment }: SpanSource): OtlpResourceSpans {
  const attributes = newAttributes();
  attributes['service.name'] = service;
  attributes['service.version'] = release;
  attributes['deployment.environment.name'] = environment;
  attributes['telemetry.sdk.name'] = 'opentelemetry';
  attributes['telemetry.sdk.language'] = 'nodejs';
  return { resource: { attributes, droppedAttributesCount: 0 }, scopeSpans: [] };
}

function found<V>(map: Map<string, V>, key: string, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
