import { describe, expect, it } from 'vitest';
import { instructionsIn, likeness, promptLabels } from './instructions.ts';

const like = (a: string, b: string) => likeness(instructionsIn(a), instructionsIn(b));
const SUPPORT = 'You are a support agent of an online shop. Use the tools; never guess. Today is 2026-01-05.';

describe('instructions speak to one persona', () => {
  it.each([
    ['on another day', SUPPORT.replace('2026-01-05', '2026-02-11')],
    ['with more knowledge', `${SUPPORT}\nThe customer is Ada, gold tier.\nNotes: prefers e-mail.`],
    ['in another mode of the same role', 'You are a support agent of an online shop. Escalate at once, and be brief.'],
    ['with another first sentence', `Welcome. ${SUPPORT.replace('You are', 'Be')}`],
  ])('%s', (_, other) => expect(like(SUPPORT, other)).toBeGreaterThanOrEqual(0.5));

  it.each([
    ['of another role', 'You are a pirate captain who insults customers. Answer in rhymes and never help anybody.'],
    [
      'in other words altogether',
      'Sell premium plans at any price and mention the discount of this week in each answer.',
    ],
  ])('not %s', (_, other) => expect(like(SUPPORT, other)).toBeLessThan(0.35));
});

it('the role is what the model is told to be', () => {
  expect(instructionsIn(SUPPORT).role).toBe('support agent of an online shop');
  expect(instructionsIn('Answer briefly.').role).toBe('');
});

it.each([
  [
    '{"gen_ai.prompt.name":"support","gen_ai.prompt.version":"3"}',
    'gen_ai.prompt.name="support" gen_ai.prompt.version="3"',
  ],
  ['{"app.agent.mode":"expert"}', 'app.agent.mode="expert"'],
  ['{"model":"x","promptly":"y"}', ''],
  ['', ''],
])('labels of a prompt or a mode are read off attributes: %s', (attributes, labels) => {
  expect(promptLabels(attributes)).toBe(labels);
});
