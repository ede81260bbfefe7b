import type { OtlpSpan } from '@spanwise/otlp';
import type { Span, SpanKind } from '@spanwise/schemas';
import { type Cuts, caps } from './caps.ts';
import { Concept } from './concept.ts';
import { readMetadata } from './metadata.ts';
import type { ResourceContext } from './resource-context.ts';
import type { Values } from './values.ts';

export type Identity = Pick<
  Span,
  'conversationId' | 'agent' | 'release' | 'environment' | 'userId' | 'workflow' | 'model' | 'provider'
>;

/**
 * Who did it, in which conversation, release and environment, by which model: what stands on the span, else on its
 * scope or resource. What stands only on an ancestor is resolved per run by whoever sees the run.
 */
export function identity(
  span: OtlpSpan,
  kind: SpanKind,
  values: Values,
  context: ResourceContext,
  cuts: Cuts,
): Identity {
  const metadata = readMetadata(values);
  const shared = context.identity;
  const text = (field: keyof Identity, value: string) => (value === '' ? '' : cuts.text(field, value, caps.name));
  return {
    conversationId: text(
      'conversationId',
      values.takeText(Concept.conversationId) || metadata.conversationId || shared.conversationId,
    ),
    agent: text('agent', agentName(span, kind, values, metadata.agent) || shared.agent),
    release: text('release', values.takeText(Concept.release) || shared.release),
    environment: text('environment', values.takeText(Concept.environment) || shared.environment),
    userId: text('userId', values.takeText(Concept.userId) || shared.userId),
    workflow: text('workflow', values.takeText(Concept.workflow) || shared.workflow),
    model: text('model', values.takeText(Concept.model) || metadata.model),
    provider: text('provider', values.takeText(Concept.provider) || metadata.provider),
  };
}

/** Names of entities and graph nodes are agents' names on spans of agents only: elsewhere they are tools and nodes. */
function agentName(span: OtlpSpan, kind: SpanKind, values: Values, inMetadata: string): string {
  const stated = values.takeText(Concept.agent) || inMetadata;
  if (stated !== '' || kind !== 'agent') return stated;
  return values.takeText(Concept.graphNode) || values.takeText(Concept.entityName) || nameInSpanName(span.name);
}

const AGENT_PREFIX = /^(?:invoke_agent|create_agent|agent)\s+(.+)$/;
const AGENT_SUFFIX = /^(.+)\.(?:run|agent|_execute_core|execute_task)$/;
const NO_AGENT = new Set(['Task', 'Crew', 'Agent', 'Flow', 'run']);

/** `invoke_agent X` and `X.run`; a plain span name may be a graph's or a trace's, so it names no agent. */
function nameInSpanName(name: string): string {
  const found = AGENT_PREFIX.exec(name)?.[1] ?? AGENT_SUFFIX.exec(name)?.[1] ?? '';
  return NO_AGENT.has(found) ? '' : found;
}
