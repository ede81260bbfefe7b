import type { FleetDetector } from './fleet-detector.ts';

/** Everything that is judged across runs. */
export const fleetDetectors = (): FleetDetector[] => [];
