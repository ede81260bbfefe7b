import { describeCases } from './detector-cases.ts';
import { cases } from './masked-tool-error.cases.ts';
import { maskedToolError } from './masked-tool-error.ts';

describeCases('masked_tool_error', maskedToolError, cases);
