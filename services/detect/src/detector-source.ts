import {
  detectorsOf,
  readSettings,
  SettingsError,
  type SettingsListener,
  watchSettings,
} from '@spanwise/detector-settings';
import { type RunDetector, runDetectors } from '@spanwise/detectors';
import { ConfigError } from '@spanwise/runtime';
import type { Logger } from '@spanwise/stream';
import type { DetectMetrics } from './metrics.ts';

export interface DetectorSource extends Disposable {
  /** The same list until the settings change. */
  now(): readonly RunDetector[];
}

/**
 * The detectors in the settings that the file holds now; those of before, while what it holds is none.
 *
 * @throws ConfigError where it holds none at the start
 */
export function detectorSource(
  file: string | undefined,
  metrics: Pick<DetectMetrics, 'settingsRead'>,
  logger: Logger,
  lookEveryMs?: number,
): DetectorSource {
  if (file === undefined) {
    const detectors = runDetectors();
    return { now: () => detectors, [Symbol.dispose]: () => {} };
  }
  let detectors = atStart(file);
  const listener: SettingsListener = {
    onChange: (settings) => {
      detectors = detectorsOf(settings);
      metrics.settingsRead('taken');
      logger.info({ file }, 'the settings of detectors have changed and hold from the next commit on');
    },
    onRefusal: ({ problems }) => {
      metrics.settingsRead('refused');
      logger.error(
        { file, problems, runbook: 'Settings refused' },
        'the settings file is wrong; the settings of before hold on',
      );
    },
  };
  const watch = watchSettings(file, listener, lookEveryMs);
  return { now: () => detectors, [Symbol.dispose]: () => watch[Symbol.dispose]() };
}

function atStart(file: string): readonly RunDetector[] {
  try {
    return detectorsOf(readSettings(file));
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    throw new ConfigError('detect', [
      `SPANWISE_DETECT_SETTINGS_FILE: ${file} holds no settings of detectors`,
      ...error.problems.map((problem) => `  ${problem}`),
    ]);
  }
}
