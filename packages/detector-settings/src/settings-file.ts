import { readFileSync } from 'node:fs';
import { parseSettings } from './parse-settings.ts';
import type { DetectorSettings } from './settings.ts';
import { SettingsError } from './settings-error.ts';

/** By polling what it says: a change is seen from the very start, and where the file is a link that is turned to another, as mounted configuration is. */
const LOOK_EVERY_MS = 2_000;

/** @throws SettingsError where the file cannot be read, or holds no settings. */
export function readSettings(file: string): DetectorSettings {
  return parseSettings(textOf(file), file);
}

export interface SettingsListener {
  onChange(settings: DetectorSettings): void;
  /** What is there now is no settings; those of before hold on. */
  onRefusal(error: SettingsError): void;
}

/** Reads the file again and again, until it is disposed of, and tells when what it says has changed. Does not keep a process alive. */
export function watchSettings(file: string, listener: SettingsListener, everyMs = LOOK_EVERY_MS): Disposable {
  let seen = textOrError(file);
  const look = () => {
    const now = textOrError(file);
    if (String(now) === String(seen)) return;
    seen = now;
    try {
      if (now instanceof SettingsError) throw now;
      listener.onChange(parseSettings(now, file));
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      listener.onRefusal(error);
    }
  };
  const looking = setInterval(look, everyMs).unref();
  return { [Symbol.dispose]: () => clearInterval(looking) };
}

function textOrError(file: string): string | SettingsError {
  try {
    return textOf(file);
  } catch (error) {
    if (error instanceof SettingsError) return error;
    throw error;
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new SettingsError(file, [`it cannot be read: ${(error as Error).message}`]);
  }
}
