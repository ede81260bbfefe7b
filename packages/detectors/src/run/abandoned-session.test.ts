import { cases } from './abandoned-session.cases.ts';
import { abandonedSession } from './abandoned-session.ts';
import { describeCases } from './detector-cases.ts';

describeCases('abandoned_session', abandonedSession, cases);
