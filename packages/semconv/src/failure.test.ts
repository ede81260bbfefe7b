import { describe, expect, it } from 'vitest';
import type { SentSpan } from './spans.fixture.ts';
import { convert, event } from './spans.fixture.ts';

const exception = (type: string, message = 'it broke', more: Record<string, unknown> = {}) =>
  event('exception', { ...(type ? { 'exception.type': type } : {}), 'exception.message': message, ...more });
const ERROR = { code: 2, message: '' };

describe('a span failed', () => {
  const cases: [name: string, sent: SentSpan, errorType: string, errorMessage: string][] = [
    ['by status and exception', { status: ERROR, events: [exception('TimeoutError')] }, 'TimeoutError', 'it broke'],
    [
      'by status and error.type',
      { status: { code: 2, message: 'late' }, attributes: { 'error.type': 'timeout' } },
      'timeout',
      'late',
    ],
    [
      'by status alone, text redacted',
      { status: { code: 2, message: 'Error running tool' } },
      '',
      'Error running tool',
    ],
    [
      'by status with a type in its message',
      { status: { code: 2, message: "TimeoutError('late')Traceback …" } },
      'TimeoutError',
      "TimeoutError('late')Traceback …",
    ],
    [
      'by an exception without a type, as JavaScript records it',
      { status: ERROR, events: [exception('')] },
      '',
      'it broke',
    ],
    ['by error.type where no status is set', { attributes: { 'error.type': '500' } }, '500', ''],
    ['by an exception where no status is set', { events: [exception('ValueError')] }, 'ValueError', 'it broke'],
    [
      'by GenAI’s own exception event',
      { status: ERROR, events: [event('gen_ai.client.operation.exception', { 'exception.type': 'RateLimit' })] },
      'RateLimit',
      '',
    ],
    ['by a code', { status: ERROR, attributes: { 'http.response.status_code': 503 } }, '503', ''],
    [
      'by Langfuse’s level',
      { attributes: { 'langfuse.observation.level': 'ERROR', 'langfuse.observation.status_message': 'no' } },
      '',
      'no',
    ],
    ['by the state of an A2A task', { attributes: { 'a2a.task.state': 'TASK_STATE_FAILED' } }, '', ''],
    [
      'by Traceloop’s status',
      { attributes: { 'gen_ai.task.status': 'failure', 'error.type': 'KeyError' } },
      'KeyError',
      '',
    ],
    ['by Strands’ tool status', { attributes: { 'gen_ai.tool.status': 'error' } }, '', ''],
    [
      'as ADK marks an error-shaped result',
      { status: { code: 2, message: 'TOOL_ERROR' }, attributes: { 'error.type': 'TOOL_ERROR' } },
      'TOOL_ERROR',
      'TOOL_ERROR',
    ],
  ];
  it.each(cases)('%s', (_, sent, errorType, errorMessage) => {
    expect(convert(sent)).toMatchObject({ failed: true, errorType, errorMessage });
  });
});

describe('a span did not fail', () => {
  const command = "Command(graph='__parent__', goto='refunds-agent')";
  const cases: [name: string, sent: SentSpan][] = [
    ['when nothing says so', {}],
    [
      'when it handed over by an exception',
      { status: { code: 2, message: command }, events: [exception('langgraph.errors.ParentCommand', command)] },
    ],
    ['when it handed over and only the words tell', { status: { code: 2, message: command } }],
    [
      'when it handed over and Traceloop calls that a failure',
      {
        status: { code: 2, message: command },
        attributes: { 'error.type': 'ParentCommand', 'gen_ai.task.status': 'failure' },
      },
    ],
    ['when it waits for a person', { status: ERROR, events: [exception('langgraph.errors.GraphInterrupt')] }],
    ['when a generator was closed', { status: ERROR, events: [exception('GeneratorExit', '')] }],
    ['when the exception was handled', { status: { code: 1, message: '' }, events: [exception('ValueError')] }],
    ['when the exception did not escape', { events: [exception('ValueError', 'x', { 'exception.escaped': false })] }],
    [
      'when only its result tells of an error',
      { attributes: { 'gen_ai.tool.name': 't', 'gen_ai.tool.call.result': '{"error":"no"}' } },
    ],
    ['when a task succeeded', { attributes: { 'gen_ai.task.status': 'success' } }],
    ['when an HTTP child was told 404', { attributes: { 'http.response.status_code': 404 } }],
  ];
  it.each(cases)('%s', (_, sent) => {
    expect(convert(sent)).toMatchObject({ failed: false, errorType: '', errorMessage: '' });
  });
});

it('an error that the framework states inside an OK result is told apart from a failure', () => {
  const result = { type: 'tool', data: { content: 'order service timed out', tool_call_id: 'c', status: 'error' } };
  expect(
    convert({
      attributes: { 'openinference.span.kind': 'TOOL', 'tool.name': 't', 'output.value': JSON.stringify(result) },
    }),
  ).toMatchObject({
    failed: false,
    errorType: 'tool_message_error',
    errorMessage: 'order service timed out',
    toolResult: 'order service timed out',
  });
});

describe('of an exception that fields represent', () => {
  it('the stack trace stays, once', () => {
    const twice = exception('TimeoutError', 'late', { 'exception.stacktrace': 'at x' });
    const span = convert({ status: ERROR, events: [twice, { ...twice }] });
    expect(JSON.parse(span.events)).toEqual([
      { name: 'exception', timeUnixNano: '1794999999999000007', attributes: { 'exception.stacktrace': 'at x' } },
    ]);
  });

  it('nothing stays where there is no more', () => {
    expect(convert({ status: ERROR, events: [exception('TimeoutError')] }).events).toBe('');
  });

  it('control flow stays whole', () => {
    expect(convert({ events: [exception('ParentCommand')] }).events).toContain('ParentCommand');
  });
});
