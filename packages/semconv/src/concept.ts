/**
 * The concepts that conventions have names for. A convention file says where each stands; nothing else in this package
 * knows an attribute name, and nothing behind this package knows a convention.
 */
export const conceptNames = [
  // who and where
  'kind',
  'mcpMethod',
  'conversationId',
  'agent',
  'entityName',
  'componentType',
  'graphNode',
  'graphNodeParent',
  'workflow',
  'release',
  'environment',
  'userId',
  // tool call
  'tool',
  'toolCallId',
  'toolArguments',
  'toolParameters',
  'toolResult',
  'documents',
  // the payload of the operation, whatever it is
  'input',
  'inputMime',
  'output',
  'outputMime',
  // inference
  'model',
  'provider',
  'inputTokens',
  'outputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'usageDetails',
  'cost',
  'costDetails',
  'finishReason',
  'inputMessages',
  'outputMessages',
  'outputText',
  'outputToolCalls',
  'systemInstructions',
  'toolDefinitions',
  'invocationParameters',
  'contextCompacted',
  // failure
  'errorType',
  'errorMessage',
  'errorCode',
  'state',
  // between agents
  'handoffFrom',
  'handoffTo',
  'goto',
  'retryAttempt',
  'memoryStore',
  'memoryRecord',
  'memoryContent',
  // a bag of further names, as JSON
  'metadata',
] as const;

export type ConceptName = (typeof conceptNames)[number];

/** A concept's slot in the table of a span's values. */
export const Concept = Object.fromEntries(conceptNames.map((name, slot) => [name, slot])) as Record<
  ConceptName,
  number
>;

/** Where one convention puts each concept. All lists are in order of precedence. */
export interface Convention {
  /** Value of `Span.convention` for spans recognised by it; empty for attributes that every convention shares */
  name: string;
  attributes: Partial<Record<ConceptName, readonly string[]>>;
  /** Prefixes of attributes that spell a list or tree out, `<prefix><index>.<field>…` */
  indexed?: Partial<Record<ConceptName, readonly string[]>>;
}
