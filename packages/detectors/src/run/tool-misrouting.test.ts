import { describeCases } from './detector-cases.ts';
import { cases } from './tool-misrouting.cases.ts';
import { toolMisrouting } from './tool-misrouting.ts';

describeCases('tool_misrouting', toolMisrouting, cases);
