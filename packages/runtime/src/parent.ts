import { fstatSync } from 'node:fs';

const POLL_MS = 1000;

/**
 * Calls `onGone` once when the process that started this one has ended: its end of our standard input closed, or we
 * were handed to another parent. Returns what ends the watch.
 */
export function watchParent(onGone: () => void): () => void {
  const parent = process.ppid;
  let told = false;
  const tell = () => {
    if (told) return;
    told = true;
    stopWatching();
    onGone();
  };
  const timer = setInterval(() => process.ppid !== parent && tell(), POLL_MS);
  timer.unref();
  const piped = isPipe(0);
  if (piped) process.stdin.once('end', tell).once('error', tell).resume();

  function stopWatching(): void {
    clearInterval(timer);
    if (piped) process.stdin.off('end', tell).off('error', tell).pause();
  }
  return stopWatching;
}

/** A terminal, a file or /dev/null says nothing about the parent. */
function isPipe(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    return stat.isFIFO() || stat.isSocket();
  } catch {
    return false;
  }
}
