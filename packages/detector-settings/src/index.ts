export { parseSettings } from './parse-settings.ts';
export { type DetectorSettings, detectorsOf, noSettings } from './settings.ts';
export { SettingsError } from './settings-error.ts';
export { readSettings, type SettingsListener, watchSettings } from './settings-file.ts';
