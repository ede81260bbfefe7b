import { describeCases } from './detector-cases.ts';
import { cases } from './serialization-loss.cases.ts';
import { serializationLoss } from './serialization-loss.ts';

describeCases('serialization_loss', serializationLoss, cases);
