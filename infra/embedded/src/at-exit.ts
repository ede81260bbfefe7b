/**
 * Undoes something should the process leave by `process.exit` before this is disposed, what came last first. `undo`
 * must not wait for anything.
 */
export function atExit(undo: () => void): Disposable {
  process.prependOnceListener('exit', undo);
  return {
    [Symbol.dispose]() {
      process.removeListener('exit', undo);
    },
  };
}
