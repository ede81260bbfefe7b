import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface EmbeddedConfig {
  /** Where downloaded jars are kept (`SPANWISE_CACHE_DIR`; default `.spanwise/cache` in the repository). */
  readonly cacheDir: string;
  /** Where the command keeps its data unless told otherwise: `.spanwise/platform` in the repository. */
  readonly defaultDataDir: string;
  /** The `java` to run: from `JAVA_HOME` where that is set, else from the PATH. */
  readonly javaCommand: string;
}

const repositoryRoot = fileURLToPath(new URL('../../../', import.meta.url));

/** Reads the launcher's settings from the environment. A relative cache folder counts from the working folder. */
export function loadEmbeddedConfig(env: NodeJS.ProcessEnv = process.env): EmbeddedConfig {
  const cacheDir = env.SPANWISE_CACHE_DIR || join(repositoryRoot, '.spanwise/cache');
  return Object.freeze({
    cacheDir: isAbsolute(cacheDir) ? cacheDir : resolve(cacheDir),
    defaultDataDir: join(repositoryRoot, '.spanwise/platform'),
    javaCommand: env.JAVA_HOME ? join(env.JAVA_HOME, 'bin/java') : 'java',
  });
}
