import { describeCases } from './detector-cases.ts';
import { cases } from './ungrounded-argument.cases.ts';
import { ungroundedArgument } from './ungrounded-argument.ts';

describeCases('ungrounded_argument', ungroundedArgument, cases);
