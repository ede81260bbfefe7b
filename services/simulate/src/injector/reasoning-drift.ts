import { callSteps, Script } from '../plan/script.ts';
import { answerOf, callSites, changeAnswer } from '../plan/sites.ts';
import type { Step } from '../plan/step.ts';
import { textArgument, toolSpec } from '../scenario/scenario.ts';
import { between } from '../strength.ts';
import type { Injector } from './injector.ts';

/** Where an agent's mind can wander: what it says, looks for, and ends with. */
const topics = [
  {
    says: [
      'Cast-iron pans need to be seasoned with flaxseed oil.',
      'Which oil has the highest smoke point?',
      'Rust on a skillet comes off with salt.',
      'A wok would heat more evenly.',
      'Carbon steel is lighter than cast iron.',
    ],
    seeks: [
      'season cast iron pan',
      'smoke point of oils',
      'remove rust skillet',
      'wok versus pan',
      'carbon steel cookware',
    ],
    ends: 'To season a skillet, rub it with flaxseed oil and bake it for an hour.',
  },
  {
    says: [
      'The history of the marathon goes back to Pheidippides.',
      'How long did the first Olympic marathon take?',
      'Runners then drank brandy on the way.',
      'Modern shoes have carbon plates.',
      'Altitude training raises haemoglobin.',
    ],
    seeks: [
      'Pheidippides legend',
      'first olympic marathon time',
      'brandy runners 1904',
      'carbon plate shoes',
      'altitude training effect',
    ],
    ends: 'The first Olympic marathon was won in 2:58:50 by Spyridon Louis.',
  },
  {
    says: [
      'Saturn’s rings may vanish within a hundred million years.',
      'Titan has lakes of methane.',
      'Would a submarine work in Kraken Mare?',
      'Huygens landed in 2005.',
      'Enceladus sprays water into space.',
    ],
    seeks: ['saturn rings age', 'titan methane lakes', 'submarine kraken mare', 'huygens landing', 'enceladus plumes'],
    ends: 'A submarine on Titan would need to withstand ninety kelvin.',
  },
  {
    says: [
      'Sourdough starters are fed with rye flour.',
      'A warm kitchen doubles the rise.',
      'Which hydration suits ciabatta?',
      'Steam makes the crust crisp.',
      'A banneton keeps the shape.',
    ],
    seeks: [
      'feed sourdough starter',
      'dough rise temperature',
      'ciabatta hydration',
      'steam oven crust',
      'banneton proofing',
    ],
    ends: 'Ciabatta wants eighty percent hydration and a hot stone.',
  },
] as const;

/** A tool that agents of every kind have and seldom use. */
const lookUp = toolSpec('look_up', 'Looks something up in an encyclopedia.', { words: textArgument('words') });

/** An agent loses its goal: what it says and looks for has to do with something else, and it does not come back. */
export const reasoningDrift: Injector = {
  fault: 'reasoning_drift',
  inject(plan, random, strength) {
    const { root } = plan;
    const own = callSites(plan).filter(({ owner }) => owner === root);
    if (own.length < 3 || !answerOf(root) || root.agent.answerSchema) return undefined;
    const from = random.pick(own.slice(2));
    const topic = random.pick(topics);
    root.agent = { ...root.agent, tools: [...root.agent.tools, lookUp] };
    const length = between(4, topic.says.length, strength);
    const wandering: Step[] = topic.says.slice(0, length).flatMap((text, i) => {
      const words = topic.seeks[i] ?? '';
      const result = { words, text: `${text} See also: ${topic.seeks[(i + 1) % topic.seeks.length]}.` };
      return callSteps(root.agent, text, { tool: lookUp.name, arguments: { words }, result }, random);
    });
    // What it was to do is left undone, or done without a word about it.
    const rest = root.steps.slice(from.index + 2, -1);
    const isDropped = strength > 0.3 || rest.some((step) => step.kind !== 'inference' && step.kind !== 'tool');
    root.steps.splice(from.index + 2, isDropped ? rest.length : 0, ...wandering);
    if (isDropped) changeAnswer(plan, root, new Script(root.agent, random).answer('', topic.ends).answer);
    const [at] = wandering;
    const last = answerOf(root);
    const steps = isDropped && last ? [...wandering, last] : wandering;
    const variant = isDropped ? 'goal_lost' : 'excursion';
    return at && [{ pattern: 'reasoning_drift', variant, at, steps, numbers: { steps: length } }];
  },
};
