import type { Negative } from './negative.ts';

const before = [
  { request: 'What are your opening hours on Sunday?', answer: 'We are open from ten to four on Sundays.' },
  { request: 'Do you have a shop in Aarhus?', answer: 'Yes, in Store Torv, near the cathedral.' },
  { request: 'Kann ich auch mit Rechnung zahlen?', answer: 'Ja, ab der zweiten Bestellung.' },
  { request: 'Tell me a joke.', answer: 'Why did the parcel blush? It saw the label.' },
];

/** The user has spoken of something else before: the new subject is the goal now. */
export const newSubject: Negative = {
  name: 'new_subject',
  apply(plan, random) {
    const { root } = plan;
    root.earlier = [...root.earlier, ...random.sample(before, random.integer(1, 2))];
    const steps = root.steps.filter((step) => step.kind === 'inference');
    return { resembles: 'reasoning_drift', variant: 'new_subject', steps };
  },
};
