import { dataPipeline } from './data-pipeline.ts';
import { invoiceExtraction } from './invoice-extraction.ts';
import { refundDesk } from './refund-desk.ts';
import { research } from './research.ts';
import type { Scenario } from './scenario.ts';
import { shopSupport } from './shop-support.ts';

export type { Scenario } from './scenario.ts';

/** Single agents, and two of which one hands over to the other. */
export const basicScenarios: readonly Scenario[] = [shopSupport, research, refundDesk, dataPipeline, invoiceExtraction];

/** Every kind of agent work. */
export const scenarios: readonly Scenario[] = [...basicScenarios];
