// Generated from schemas/avro/span.avsc by `npm run generate -w schemas`. Do not edit.

import { AvroReader } from '../avro-reader.ts';
import type { Span, OtelSpanKind, SpanKind, SpanStatus } from './records.ts';

const spanKindSymbols: readonly SpanKind[] = ['step', 'agent', 'llm', 'tool', 'retrieval', 'memory', 'handoff', 'guardrail', 'evaluator'];
const otelSpanKindSymbols: readonly OtelSpanKind[] = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const spanStatusSymbols: readonly SpanStatus[] = ['unset', 'ok', 'error'];

const r = new AvroReader();

function readSpan(): Span {
  return {
    tenant: r.name(),
    traceId: r.text(),
    spanId: r.text(),
    parentSpanId: r.text(),
    traceState: r.name(),
    flags: r.long(),
    name: r.name(),
    kind: spanKindSymbols[r.long()] as SpanKind,
    otelKind: otelSpanKindSymbols[r.long()] as OtelSpanKind,
    startTime: r.long(),
    durationNs: r.long(),
    originalTimes: r.name(),
    receivedTime: r.long(),
    status: spanStatusSymbols[r.long()] as SpanStatus,
    statusMessage: r.name(),
    failed: r.boolean(),
    errorType: r.name(),
    errorMessage: r.text(),
    conversationId: r.text(),
    agent: r.name(),
    release: r.name(),
    environment: r.name(),
    userId: r.text(),
    workflow: r.name(),
    service: r.name(),
    tool: r.name(),
    toolCallId: r.text(),
    toolArguments: r.text(),
    toolArgumentsDigest: r.text(),
    toolResult: r.text(),
    toolResultDigest: r.text(),
    model: r.name(),
    provider: r.name(),
    inputTokens: r.long() === 0 ? null : r.long(),
    outputTokens: r.long() === 0 ? null : r.long(),
    cacheReadTokens: r.long() === 0 ? null : r.long(),
    cacheWriteTokens: r.long() === 0 ? null : r.long(),
    costUsd: r.long() === 0 ? null : r.double(),
    finishReason: r.name(),
    inputMessages: r.text(),
    outputMessages: r.text(),
    systemInstructions: r.text(),
    toolDefinitions: r.text(),
    toolDefinitionsDigest: r.name(),
    handoffFrom: r.name(),
    handoffTo: r.name(),
    retryAttempt: r.long() === 0 ? null : r.long(),
    memoryStore: r.name(),
    memoryRecord: r.text(),
    contextCompacted: r.boolean(),
    convention: r.name(),
    scopeName: r.name(),
    scopeVersion: r.name(),
    links: r.text(),
    events: r.text(),
    attributes: r.text(),
    resource: r.name(),
    droppedCount: r.long(),
    cut: r.array(() => ({ field: r.text(), length: r.long(), digest: r.text() })),
  };
}

/** A span in a block that was walked: what it is not asked for stays bytes. */
export class LazySpan implements Span {
  readonly tenant: Span['tenant'];
  readonly traceId: Span['traceId'];
  readonly spanId: Span['spanId'];
  readonly startTime: Span['startTime'];
  readonly durationNs: Span['durationNs'];
  readonly #block: Buffer;
  readonly #position: number;
  #all: Span | undefined;

  constructor(block: Buffer, position: number) {
    this.#block = block;
    this.#position = position;
    r.seek(block, position);
    this.tenant = r.name();
    this.traceId = r.text();
    this.spanId = r.text();
    r.skipText();
    r.skipText();
    r.long();
    r.skipText();
    r.long();
    r.long();
    this.startTime = r.long();
    this.durationNs = r.long();
  }

  get parentSpanId(): Span['parentSpanId'] {
    return (this.#all ?? this.#read()).parentSpanId;
  }

  get traceState(): Span['traceState'] {
    return (this.#all ?? this.#read()).traceState;
  }

  get flags(): Span['flags'] {
    return (this.#all ?? this.#read()).flags;
  }

  get name(): Span['name'] {
    return (this.#all ?? this.#read()).name;
  }

  get kind(): Span['kind'] {
    return (this.#all ?? this.#read()).kind;
  }

  get otelKind(): Span['otelKind'] {
    return (this.#all ?? this.#read()).otelKind;
  }

  get originalTimes(): Span['originalTimes'] {
    return (this.#all ?? this.#read()).originalTimes;
  }

  get receivedTime(): Span['receivedTime'] {
    return (this.#all ?? this.#read()).receivedTime;
  }

  get status(): Span['status'] {
    return (this.#all ?? this.#read()).status;
  }

  get statusMessage(): Span['statusMessage'] {
    return (this.#all ?? this.#read()).statusMessage;
  }

  get failed(): Span['failed'] {
    return (this.#all ?? this.#read()).failed;
  }

  get errorType(): Span['errorType'] {
    return (this.#all ?? this.#read()).errorType;
  }

  get errorMessage(): Span['errorMessage'] {
    return (this.#all ?? this.#read()).errorMessage;
  }

  get conversationId(): Span['conversationId'] {
    return (this.#all ?? this.#read()).conversationId;
  }

  get agent(): Span['agent'] {
    return (this.#all ?? this.#read()).agent;
  }

  get release(): Span['release'] {
    return (this.#all ?? this.#read()).release;
  }

  get environment(): Span['environment'] {
    return (this.#all ?? this.#read()).environment;
  }

  get userId(): Span['userId'] {
    return (this.#all ?? this.#read()).userId;
  }

  get workflow(): Span['workflow'] {
    return (this.#all ?? this.#read()).workflow;
  }

  get service(): Span['service'] {
    return (this.#all ?? this.#read()).service;
  }

  get tool(): Span['tool'] {
    return (this.#all ?? this.#read()).tool;
  }

  get toolCallId(): Span['toolCallId'] {
    return (this.#all ?? this.#read()).toolCallId;
  }

  get toolArguments(): Span['toolArguments'] {
    return (this.#all ?? this.#read()).toolArguments;
  }

  get toolArgumentsDigest(): Span['toolArgumentsDigest'] {
    return (this.#all ?? this.#read()).toolArgumentsDigest;
  }

  get toolResult(): Span['toolResult'] {
    return (this.#all ?? this.#read()).toolResult;
  }

  get toolResultDigest(): Span['toolResultDigest'] {
    return (this.#all ?? this.#read()).toolResultDigest;
  }

  get model(): Span['model'] {
    return (this.#all ?? this.#read()).model;
  }

  get provider(): Span['provider'] {
    return (this.#all ?? this.#read()).provider;
  }

  get inputTokens(): Span['inputTokens'] {
    return (this.#all ?? this.#read()).inputTokens;
  }

  get outputTokens(): Span['outputTokens'] {
    return (this.#all ?? this.#read()).outputTokens;
  }

  get cacheReadTokens(): Span['cacheReadTokens'] {
    return (this.#all ?? this.#read()).cacheReadTokens;
  }

  get cacheWriteTokens(): Span['cacheWriteTokens'] {
    return (this.#all ?? this.#read()).cacheWriteTokens;
  }

  get costUsd(): Span['costUsd'] {
    return (this.#all ?? this.#read()).costUsd;
  }

  get finishReason(): Span['finishReason'] {
    return (this.#all ?? this.#read()).finishReason;
  }

  get inputMessages(): Span['inputMessages'] {
    return (this.#all ?? this.#read()).inputMessages;
  }

  get outputMessages(): Span['outputMessages'] {
    return (this.#all ?? this.#read()).outputMessages;
  }

  get systemInstructions(): Span['systemInstructions'] {
    return (this.#all ?? this.#read()).systemInstructions;
  }

  get toolDefinitions(): Span['toolDefinitions'] {
    return (this.#all ?? this.#read()).toolDefinitions;
  }

  get toolDefinitionsDigest(): Span['toolDefinitionsDigest'] {
    return (this.#all ?? this.#read()).toolDefinitionsDigest;
  }

  get handoffFrom(): Span['handoffFrom'] {
    return (this.#all ?? this.#read()).handoffFrom;
  }

  get handoffTo(): Span['handoffTo'] {
    return (this.#all ?? this.#read()).handoffTo;
  }

  get retryAttempt(): Span['retryAttempt'] {
    return (this.#all ?? this.#read()).retryAttempt;
  }

  get memoryStore(): Span['memoryStore'] {
    return (this.#all ?? this.#read()).memoryStore;
  }

  get memoryRecord(): Span['memoryRecord'] {
    return (this.#all ?? this.#read()).memoryRecord;
  }

  get contextCompacted(): Span['contextCompacted'] {
    return (this.#all ?? this.#read()).contextCompacted;
  }

  get convention(): Span['convention'] {
    return (this.#all ?? this.#read()).convention;
  }

  get scopeName(): Span['scopeName'] {
    return (this.#all ?? this.#read()).scopeName;
  }

  get scopeVersion(): Span['scopeVersion'] {
    return (this.#all ?? this.#read()).scopeVersion;
  }

  get links(): Span['links'] {
    return (this.#all ?? this.#read()).links;
  }

  get events(): Span['events'] {
    return (this.#all ?? this.#read()).events;
  }

  get attributes(): Span['attributes'] {
    return (this.#all ?? this.#read()).attributes;
  }

  get resource(): Span['resource'] {
    return (this.#all ?? this.#read()).resource;
  }

  get droppedCount(): Span['droppedCount'] {
    return (this.#all ?? this.#read()).droppedCount;
  }

  get cut(): Span['cut'] {
    return (this.#all ?? this.#read()).cut;
  }

  /** Where its bytes begin. */
  get place(): { block: Buffer; position: number } {
    return { block: this.#block, position: this.#position };
  }

  /** Is bytes again, until it is asked anew. */
  forget(): void {
    this.#all = undefined;
  }

  #read(): Span {
    r.seek(this.#block, this.#position);
    this.#all = readSpan();
    return this.#all;
  }
}
