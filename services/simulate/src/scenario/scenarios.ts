import { dataPipeline } from './data-pipeline.ts';
import { invoiceExtraction } from './invoice-extraction.ts';
import { refundDesk } from './refund-desk.ts';
import { research } from './research.ts';
import type { Scenario } from './scenario.ts';
import { shopSupport } from './shop-support.ts';

/** Every kind of work that the fleet does. */
export const scenarios: readonly Scenario[] = [shopSupport, research, refundDesk, dataPipeline, invoiceExtraction];
