import type { ServiceEvent } from './supervised-service.ts';

/** A service's event in one line for a person. */
export function describeEvent(event: ServiceEvent): string {
  switch (event.kind) {
    case 'started':
      return `${event.service}: started (process ${event.pid})`;
    case 'ready':
      return `${event.service}: ready`;
    case 'unready':
      return `${event.service}: not ready, ${event.detail}`;
    case 'ended':
      return `${event.service}: ended ${event.how}; starting it again in ${event.restartInMs / 1000} s`;
    case 'refused':
      return `${event.service}: ${event.how}`;
  }
}
