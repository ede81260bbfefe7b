import { describeCases } from './detector-cases.ts';
import { cases } from './duplicate-side-effect.cases.ts';
import { duplicateSideEffect } from './duplicate-side-effect.ts';

describeCases('duplicate_side_effect', duplicateSideEffect, cases);
