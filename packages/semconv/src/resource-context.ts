import type { OtlpResourceSpans, OtlpScopeSpans } from '@spanwise/otlp';
import { Cuts, caps, fitObject } from './caps.ts';
import { Concept } from './concept.ts';
import { isObject, parseJson, toJson } from './json.ts';
import { Values } from './values.ts';

/** What all spans of one scope of one resource have in common; computed once for all of them. */
export interface ResourceContext {
  service: string;
  scopeName: string;
  scopeVersion: string;
  /** Fallbacks for what a span does not say itself; empty text where the resource does not say it either */
  identity: {
    conversationId: string;
    agent: string;
    release: string;
    environment: string;
    userId: string;
    workflow: string;
  };
  /** `Span.resource` for spans that take release and environment from here */
  resource: string;
  /** `Span.resource` for spans with a release or environment of their own: the resource's stay readable */
  wholeResource: string;
  /** What had to be cut from the resource; belongs to every span of it */
  cuts: Cuts;
}

/** Reads a resource and scope. The scope's attributes are believed before the resource's, and kept beside them. */
export function resourceContext(
  resource: OtlpResourceSpans['resource'],
  scope: OtlpScopeSpans['scope'],
): ResourceContext {
  const cuts = new Cuts();
  const { 'service.name': serviceName, ...others } = resource.attributes;
  const ofScope = new Values(scope.attributes);
  const ofResource = new Values(others);
  const whole = new Values(others).remainder();
  const text = (slot: number) => ofScope.takeText(slot) || ofResource.takeText(slot);
  const identity = {
    conversationId: text(Concept.conversationId),
    agent: text(Concept.agent),
    release: text(Concept.release),
    environment: text(Concept.environment),
    userId: text(Concept.userId),
    workflow: text(Concept.workflow),
  };
  const scopeRest = ofScope.remainder();
  return {
    service: cuts.text('service', serviceName === undefined ? '' : asServiceName(serviceName), caps.name),
    scopeName: cuts.text('scopeName', scope.name, caps.name),
    scopeVersion: cuts.text('scopeVersion', scope.version, caps.name),
    identity,
    resource: fit(withScope(ofResource.remainder(), scopeRest), cuts),
    wholeResource: fit(withScope(whole, scopeRest), new Cuts()),
    cuts,
  };
}

function asServiceName(value: unknown): string {
  return typeof value === 'string' ? value : toJson(value);
}

function withScope(resource: string, scope: string): string {
  if (scope === '') return resource;
  const member = `"otel.scope.attributes":${scope}`;
  return resource === '' ? `{${member}}` : `${resource.slice(0, -1)},${member}}`;
}

function fit(json: string, cuts: Cuts): string {
  if (json.length <= caps.resource) return json.toWellFormed();
  cuts.note('resource', json);
  const value = parseJson(json);
  return isObject(value) ? fitObject(value, caps.resource) : '';
}
