import { expect, test } from 'vitest';
import { instructionsIn } from '../reading/instructions.ts';
import { personaSubject } from './persona-counts.ts';

const persona = (text: string, labels = '') => ({ ...instructionsIn(text), labels });
const roles = ['baker', 'notary', 'pilot', 'florist', 'surgeon', 'plumber', 'archivist'];

test('a template with other data is one persona, another mode of it is another', () => {
  const counts = personaSubject.empty();
  personaSubject.learn(counts, persona('You are a baker. Today is 2026-01-05, and the oven is warm.'));
  personaSubject.learn(counts, persona('You are a baker. Today is 2026-02-11, and the oven is warm.'));
  personaSubject.learn(counts, persona('You are a baker. Today is 2026-02-11, and the oven is warm.', 'mode="night"'));
  expect(counts).toMatchObject({ runs: 3, personas: [{ role: 'baker' }, { labels: 'mode="night"' }], isOpen: false });
});

test('of an agent with ever new personas none is kept beyond the sixth, and it is known to have more', () => {
  const counts = personaSubject.empty();
  for (const role of roles) personaSubject.learn(counts, persona(`You are a ${role}.`));
  expect(counts.personas).toHaveLength(6);
  expect(counts).toMatchObject({ runs: 7, isOpen: true });
});

test('what was counted apart is added, and half is forgotten', () => {
  const [counts, apart] = [personaSubject.empty(), personaSubject.empty()];
  personaSubject.learn(counts, persona('You are a baker.'));
  personaSubject.learn(apart, persona('You are a notary.'));
  personaSubject.merge(counts, apart);
  expect(counts).toMatchObject({ runs: 2, personas: [{ role: 'baker' }, { role: 'notary' }] });
  personaSubject.halve(counts);
  expect(personaSubject.seen(counts)).toBe(1);
});
