import { expect, test } from 'vitest';
import { refusalOf } from './refusals.ts';

test.each([
  ['', 'Error: get_ordr is not a valid tool, try one of [get_order].', 'unoffered_tool'],
  ['', "Unknown tool name: 'get_ordr'. Available tools: get_order", 'unoffered_tool'],
  ['ModelBehaviorError', 'Tool get_ordr not found in agent support', 'unoffered_tool'],
  ['AI_NoSuchToolError', "Model tried to call unavailable tool 'get_ordr'.", 'unoffered_tool'],
  ['ai.InvalidToolInputError', 'bad', 'schema_mismatch'],
  ['', 'Invalid input for tool get_order: JSON parsing failed', 'schema_mismatch'],
  ['TypeError', "get_order() got an unexpected keyword argument 'oder_id'", 'schema_mismatch'],
  ['TypeError', "get_order() missing 1 required positional argument: 'order_id'", 'schema_mismatch'],
])('%s: %s', (type, message, refusal) => {
  expect(refusalOf(type, message)).toBe(refusal);
});

test.each([
  ['HTTPError', 'HTTP 404: order not found'],
  ['ToolException', 'The power tool you asked for was not found in the catalogue'],
  ['ValidationError', '1 validation error for UserResponse'],
  ['', 'Tool call failed: connection refused'],
  ['', 'invalid tool result'],
])('the tool itself failed: %s: %s', (type, message) => {
  expect(refusalOf(type, message)).toBeUndefined();
});
