import { accountCare } from './account-care.ts';
import { checkout } from './checkout.ts';
import { claimsPipeline } from './claims-pipeline.ts';
import { dataPipeline } from './data-pipeline.ts';
import { dispatch } from './dispatch.ts';
import { invoiceExtraction } from './invoice-extraction.ts';
import { marketStudy } from './market-study.ts';
import { refundDesk } from './refund-desk.ts';
import { research } from './research.ts';
import type { Scenario } from './scenario.ts';
import { shopSupport } from './shop-support.ts';
import { tripPlanner } from './trip-planner.ts';
import { vendorPanel } from './vendor-panel.ts';

export type { Scenario } from './scenario.ts';

/** Single agents, and two of which one hands over to the other. */
export const basicScenarios: readonly Scenario[] = [shopSupport, research, refundDesk, dataPipeline, invoiceExtraction];

/** Every kind of agent work. */
export const scenarios: readonly Scenario[] = [
  ...basicScenarios,
  claimsPipeline,
  tripPlanner,
  vendorPanel,
  accountCare,
  dispatch,
  checkout,
  marketStudy,
];
