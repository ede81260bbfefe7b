/**
 * The process that is ClickHouse: loads the engine's library and gives the thread to it. Arguments: the library's
 * path, then the engine's own. The engine reads stdin as a table, so it ends when stdin does.
 */
import { DataType, load, open } from 'ffi-rs';

const [library, ...engineArguments] = process.argv.slice(2);
if (library === undefined) throw new Error('usage: clickhouse-engine.ts LIBRARY ENGINE-ARGUMENT…');

// A second Ctrl-C, or a signal to everything of this user, must not cut the engine off in the middle of a write.
process.on('SIGINT', () => {});

const argv = ['clickhouse', ...engineArguments];
open({ library: 'chdb', path: library });
await load({
  library: 'chdb',
  // int chdb_query_cmdline(int argc, char ** argv), which is `clickhouse local`
  funcName: 'chdb_query_cmdline',
  retType: DataType.External,
  paramsType: [DataType.I32, DataType.StringArray],
  paramsValue: [argv.length, argv],
  runInNewThread: true,
});
// The engine has shut down. Its library crashes if it is unloaded in the usual way, so nothing may run after this.
process.kill(process.pid, 'SIGKILL');
