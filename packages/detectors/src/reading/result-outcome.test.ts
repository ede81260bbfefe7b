import { describe, expect, it } from 'vitest';
import type { ResultOutcome } from './result-outcome.ts';
import { judgeResult } from './result-outcome.ts';

const long = 'The service retries every request three times before it reports a failure to its caller. '.repeat(20);

const table: [string, string, ResultOutcome, string?][] = [
  ['nothing captured is unknown', '', 'unknown'],
  ['an object with data is a value', '{"order_id":"A-1","status":"delivered"}', 'value'],
  ['a plain word is a value', 'yusuf_rossi_9620', 'value'],
  ['a number is a value', '42', 'value'],

  ['null is empty', 'null', 'empty'],
  ['a blank is empty', '  \n', 'empty'],
  ['an empty list is empty', '[]', 'empty'],
  ['an empty object is empty', '{ }', 'empty'],
  ['an empty JSON string is empty', '""', 'empty'],
  ['no results in words are empty', 'No results found.', 'empty'],
  ['an empty result set is empty', '{"results": [], "total_count": 0}', 'empty'],
  ['"not found" of a search is empty', 'not found', 'empty'],

  ['isError is an error', '{"isError":true,"content":[{"type":"text","text":"gone"}]}', 'error'],
  ['is_error as text is an error', '{"is_error":"true"}', 'error'],
  ['ok: false is an error', '{"ok":false}', 'error'],
  ['success: 0 is an error', '{"success":0,"reason":"limit"}', 'error'],
  ['an error object is an error', '{"error":{"code":7,"message":"locked"}}', 'error'],
  ['an error text is an error', '{"result":null,"error":"locked"}', 'error'],
  ['an error flag is an error', '{"error":true,"message":"locked"}', 'error'],
  ['an HTTP status is an error', '{"status":503,"body":"x"}', 'error'],
  ['an HTTP status as text is an error', '{"statusCode":"404"}', 'error'],
  ['status error with words is an error', '{"status":"error","message":"locked"}', 'error'],
  ["a gateway's lone message is an error", '{"message":"Internal server error"}', 'error'],
  ['GraphQL errors without data are an error', '{"data":null,"errors":[{"message":"x"}]}', 'error'],
  ['an error inside a JSON string is an error', '"Error: boom"', 'error'],
  ['an error inside a content list is an error', '[{"type":"text","text":"TimeoutError: 3 s"}]', 'error'],
  ['an error text with spaces before it is an error', '  Error: boom', 'error'],
  ['a zero before the words is part of them', '\0ok', 'value'],
  ['output that begins with an escape of the terminal is a value', '\n\x1b[32mdone\x1b[0m', 'value'],
  ['an error in red is an error', '\x1b[1;31mError:\x1b[0m no such file', 'error'],
  ['an error in red inside a JSON string is an error', '"\\u001b[31mTimeoutError: 3 s\\u001b[0m"', 'error'],
  ['an error in red inside a content list is an error', '[{"type":"text","text":"\\u001b[31mError: x"}]', 'error'],
  ['an error whose red has lost its escape is an error', '[31mError: no such file[0m', 'error'],
  ['a red line of a log is data', '\x1b[31mERROR: a\x1b[0m\n\x1b[31mERROR: b\x1b[0m\n2026-01-05 INFO c', 'value'],
  ['nothing but colours is empty', '\x1b[0m\x1b[K', 'empty'],
  ['zeros alone are a value', '\0\0', 'value'],
  ['a traceback is an error', 'Traceback (most recent call last):\n  File "a.py", line 1\nKeyError: 1', 'error'],
  ['a Java exception is an error', 'java.lang.IllegalStateException: closed', 'error'],
  ['a status line is an error', 'HTTP 503 Service Unavailable', 'error'],
  ['a refused connection is an error', 'ECONNREFUSED 10.0.0.1:443', 'error'],
  ["a framework's sentence is an error", 'An error occurred while running the tool. Please try again.', 'error'],
  ['a time-out is an error', 'order service timed out after 3000 ms', 'error'],

  ['an error field of null is none', '{"error":null,"id":1}', 'value'],
  ['an error field that says none is none', '{"error":"none","id":1}', 'value'],
  ['success beside an error field prevails', '{"success":true,"error":"none so far"}', 'value'],
  ['a count of no errors is none', '{"error_count":0,"errors":[],"ok":true}', 'value'],
  ['a list of errors that were found is data', '{"errors":[{"message":"x","at":"10:00"}],"count":1}', 'value'],
  ['a nested error is data', '{"items":[{"error":"x"}],"id":1}', 'value'],
  ['a failed payment is a lawful status', '{"status":"failed","id":"P-1"}', 'value'],
  ['a status of 200 is none', '{"status":200,"body":"ok"}', 'value'],
  ['a product code is no HTTP status', '{"code":404,"name":"Lamp","price":2,"stock":1,"colour":"red"}', 'value'],
  ['a code without words is no HTTP status', '{"code":503}', 'value'],
  ['a message that all is well is none', '{"message":"Your order was cancelled"}', 'value'],
  ['no errors found is a lawful nothing', 'No errors found', 'empty'],
  ['a house number is no HTTP status', '404 Main Street, Springfield', 'value'],
  ['a log is data', 'ERROR: a\nERROR: b\n2026-01-05 INFO c', 'value'],
  ['a heading is data', `Error handling\n\n${long}`, 'value'],
  ['long prose that begins with an error is data', `Error: what it means. ${long}`, 'value'],
  ['words that only contain error are data', 'Errors are handled by the retry module.', 'value'],
  ['the answer of a diagnosis is data', 'Speed test failed: No Connection.', 'value'],
  ['broken JSON is text', '{"ok":false', 'value'],
];

describe('judgeResult', () => {
  it.each(table)('%s', (_, result, outcome) => {
    const judged = judgeResult(result, 'issue_refund');
    expect(judged.outcome).toBe(outcome);
    expect(judged.confidence > 0).toBe(outcome === 'error');
    expect(judged.detail !== '').toBe(outcome === 'error');
  });

  it('says what went wrong in the words of the result', () => {
    expect(judgeResult('{"success":false,"error":"card_expired"}', 'pay').detail).toBe('success: false: card_expired');
    expect(judgeResult('Traceback (most recent call last):\n  File "a"\nKeyError: 1', 'pay').detail).toBe(
      'KeyError: 1',
    );
    expect(judgeResult(`Error: ${'x'.repeat(900)}`, 'pay').detail).toHaveLength(256);
  });

  it('holds tools about errors to the stricter rules', () => {
    const record = '{"id":"E-1","error":"card_expired","at":"10:00"}';
    expect(judgeResult(record, 'get_error_report').outcome).toBe('value');
    expect(judgeResult(record, 'charge').outcome).toBe('error');
    expect(judgeResult('{"success":false}', 'search_logs').outcome).toBe('error');
  });

  it('finds the outcome of a large body that states it at its end', () => {
    expect(judgeResult(`{"data":"${'x'.repeat(20_000)}","isError":true}`, 'pay').outcome).toBe('error');
  });
});
