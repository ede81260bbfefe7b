import type { AttributeValue } from '@spanwise/otlp';
import type { Binding } from './bindings.ts';

/** Positions beyond this in a spelt-out list are appended: a telemetry attribute may not ask for a huge array. */
const MAX_INDEX = 4096;

type Tree = Map<string, Tree | AttributeValue>;

/**
 * Puts a list that was spelt out in attributes together again:
 * `0.message.role = user`, `0.message.content = Hi` → `[{message: {role: 'user', content: 'Hi'}}]`.
 */
export function listOf(leaves: readonly [Binding, AttributeValue][]): unknown[] {
  const root: Tree = new Map();
  for (const [{ path }, value] of leaves) if (path) insert(root, path, value);
  const list = build(root);
  return Array.isArray(list) ? list : [list];
}

function insert(root: Tree, path: readonly string[], value: AttributeValue): void {
  let node = root;
  for (let i = 0; i < path.length - 1; i++) {
    const key = path[i] as string;
    let child = node.get(key);
    if (!(child instanceof Map)) {
      child = new Map();
      node.set(key, child);
    }
    node = child;
  }
  const last = path[path.length - 1] as string;
  if (!(node.get(last) instanceof Map)) node.set(last, value);
}

function build(node: Tree): unknown {
  const members = [...node].map(([key, child]) => [key, child instanceof Map ? build(child) : child] as const);
  if (!members.every(([key]) => isIndex(key))) {
    const object: Record<string, unknown> = Object.create(null);
    for (const [key, child] of members) object[key] = child;
    return object;
  }
  return members.sort(([a], [b]) => Math.min(Number(a), MAX_INDEX) - Math.min(Number(b), MAX_INDEX)).map(([, v]) => v);
}

function isIndex(key: string): boolean {
  return key.length <= 9 && /^\d+$/.test(key);
}
