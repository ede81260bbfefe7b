import { callSites } from '../plan/sites.ts';
import type { Random } from '../random.ts';
import type { Injector } from './injector.ts';
import { stranded } from './stranded.ts';

type ErrorBody = (tool: string, random: Random) => unknown;

/** How tools tell of an error in a result whose span is fine. */
const bodies: Readonly<Record<string, ErrorBody>> = {
  success_false: (tool) => ({ success: false, error: `${tool} failed: upstream unavailable` }),
  ok_false: (_tool, random) => ({ ok: false, code: random.pick(['E_TIMEOUT', 'E_INTERNAL']), data: null }),
  mcp_is_error: (tool) => ({ isError: true, content: [{ type: 'text', text: `${tool}: permission denied` }] }),
  error_object: (_tool, random) => ({
    error: { type: 'server_error', message: `backend gave up after ${random.integer(2, 9)} s` },
  }),
  http_status: (_tool, random) => ({ status: random.pick([500, 502, 503]), body: 'Bad Gateway', headers: {} }),
  exception_text: (tool) =>
    `Traceback (most recent call last):\n  File "tools.py", line 88, in ${tool}\nTimeoutError: read timed out`,
  error_text: (_tool, random) =>
    `Error: ${random.pick(['connection refused', 'database is locked', 'quota exceeded'])}`,
};

/** A call whose span is fine returns an error, and the agent goes on as if it were an answer. */
export const maskedToolError: Injector = {
  fault: 'masked_tool_error',
  inject(plan, random) {
    const sites = callSites(plan);
    if (sites.length === 0) return undefined;
    const { tool } = random.pick(sites);
    const variant = random.pick(Object.keys(bodies));
    const lost = tool.result;
    tool.result = bodies[variant]?.(tool.tool, random);
    return [{ pattern: 'masked_tool_error', variant, at: tool }, ...stranded(plan, lost, tool)];
  },
};
