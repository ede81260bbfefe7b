/**
 * The way into every command of this workspace, for whatever Node a machine has (18 or later):
 *
 *   node infra/setup.mjs ENTRY.ts [ARGUMENT…]           installs what is missing, then runs ENTRY on the workspace's own Node
 *   node infra/setup.mjs --then 'COMMAND LINE' [MORE…]  … then runs a command line with node_modules/.bin first in PATH
 *   node infra/setup.mjs --only                         … and nothing else
 *
 * Plain JavaScript without dependencies, because it runs before there are any. An ENTRY gets an IPC channel, whose
 * `disconnect` tells it that this process was killed; both may receive the same signal, so a second one must be harmless.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(import.meta.url), '../..');
const modules = join(root, 'node_modules');
const bin = join(modules, '.bin');
const stampFile = join(modules, '.spanwise-setup');
const lockDir = join(root, '.spanwise/setup.lock');
const oldestNode = 18;

/** Ends the command with one sentence in place of a stack. */
class SetupError extends Error {}

async function main([first, ...rest]) {
  if (Number(process.versions.node.split('.')[0]) < oldestNode) {
    throw new SetupError(
      `Node ${process.versions.node} is too old to set this up: install Node ${oldestNode} or later.`,
    );
  }
  if (first === undefined || (first === '--then' && rest.length === 0)) {
    throw new SetupError("usage: node infra/setup.mjs ENTRY.ts [ARGUMENT…] | --then 'COMMAND LINE' | --only");
  }
  if (!isInstalled()) await install();
  if (first === '--only') return 0;
  const env = { ...process.env, PATH: [bin, process.env.PATH].join(delimiter) };
  if (first === '--then') {
    const line = [rest[0], ...rest.slice(1).map((word) => `'${word.replaceAll("'", "'\\''")}'`)].join(' ');
    return run(spawn(line, { shell: true, stdio: 'inherit', env }));
  }
  const stdio = ['inherit', 'inherit', 'inherit', 'ipc'];
  return run(spawn(join(bin, 'node'), [first, ...rest], { stdio, env }));
}

/** Whether node_modules holds what the lock file says, patched as `patches/` says. */
function isInstalled() {
  if (!existsSync(join(bin, 'node'))) return false;
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp()) return true;
  // Perhaps somebody ran npm themselves. npm notes what it installed, and it ran our postinstall after that.
  const hidden = join(modules, '.package-lock.json');
  if (!existsSync(hidden) || patches().some((file) => statSync(file).mtimeMs > statSync(hidden).mtimeMs)) return false;
  const installed = JSON.parse(readFileSync(hidden, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.startsWith('node_modules/') || entry.optional) continue;
    if (entry.link) {
      if (!existsSync(join(root, path))) return false;
      continue;
    }
    if (installed[path]?.version !== entry.version) return false;
  }
  writeFileSync(stampFile, stamp());
  return true;
}

function stamp() {
  const hash = createHash('sha256');
  for (const file of [join(root, 'package-lock.json'), ...patches()]) hash.update(readFileSync(file));
  return `${hash.digest('hex')} ${process.platform}-${process.arch}\n`;
}

function patches() {
  const folder = join(root, 'patches');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name));
}

async function install() {
  await withLock(async () => {
    if (isInstalled()) return;
    const began = Date.now();
    const seconds = () => Math.round((Date.now() - began) / 1000);
    progress('Installing the workspace (npm ci; about half a minute the first time)');
    const heartbeat = setInterval(() => progress(`  installing, ${seconds()} s`), 10_000);
    try {
      await npmCi();
    } finally {
      clearInterval(heartbeat);
    }
    const node = spawnSync(join(bin, 'node'), ['--version'], { encoding: 'utf8' });
    const { version } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages['node_modules/node'];
    if (node.status !== 0 || node.stdout.trim() !== `v${version}`) {
      throw new SetupError(
        `npm installed the workspace without its Node ${version} (found: ${node.stdout?.trim() || 'none'}): remove node_modules and see what "npm ci --foreground-scripts" says.`,
      );
    }
    writeFileSync(stampFile, stamp());
    progress(`Installed in ${seconds()} s`);
  });
}

/** `npm ci` with everything the workspace needs, whatever NODE_ENV and the user's npm settings leave out. */
async function npmCi() {
  // The node in node_modules/.bin is about to be deleted: npm must run on the machine's.
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.startsWith(modules));
  const flags = ['--include=dev', '--include=optional', '--ignore-scripts=false', '--no-audit', '--no-fund'];
  const env = { ...process.env, PATH: path.join(delimiter) };
  const child = spawn('npm', ['ci', ...flags], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env });
  handSignalsOn(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (output += bytes));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
    throw new SetupError('npm was not found: install Node with npm (https://nodejs.org), then run this again.');
  });
  if (child.signalCode !== null) throw new SetupError('The installation was stopped; run this again to finish it.');
  if (code !== 0) throw new SetupError(npmFailure(output));
}

function npmFailure(output) {
  const reason = output
    .split('\n')
    .find((line) => /^npm (ERR!|error) (?!code|errno|syscall|A complete log)\S/.test(line));
  const said = reason ? ` (${reason.replace(/^npm (ERR!|error) /, '').trim()})` : '';
  if (/\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT)\b/.test(output)) {
    return `npm could not reach the package registry${said}: check the network or npm's proxy and registry settings, then run this again.`;
  }
  if (/\bENOSPC\b/.test(output)) return 'npm ran out of disk space: the workspace needs about 1 GB in node_modules.';
  if (/can only install packages when your package.json and package-lock.json/.test(output)) {
    return 'package-lock.json does not fit the package.json files: run "npm install" and commit the lock file.';
  }
  return `npm ci failed${said}: run "npm ci" to see all of what it says.`;
}

/** Two commands started at once must not install into the same folder. A dead owner's lock is removed. */
async function withLock(work) {
  mkdirSync(join(root, '.spanwise'), { recursive: true });
  const ownerFile = join(lockDir, 'pid');
  for (let told = false; ; told = true) {
    try {
      mkdirSync(lockDir);
      writeFileSync(ownerFile, String(process.pid));
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!told) progress('Waiting for another command that is installing the workspace');
    await new Promise((wake) => setTimeout(wake, 500));
    const owner = existsSync(ownerFile) ? Number(readFileSync(ownerFile, 'utf8')) : 0;
    if (owner > 0 ? !isAlive(owner) : isOld(lockDir)) rmSync(lockDir, { recursive: true, force: true });
  }
  try {
    await work();
  } finally {
    rmSync(lockDir, { recursive: true, force: true });
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** A lock without an owner's number is a moment between two system calls, or the trace of a crash between them. */
function isOld(path) {
  return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 5_000;
}

/** Waits for the child, and ends as it ends. */
async function run(child) {
  handSignalsOn(child);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

function handSignalsOn(child) {
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT']) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the child as well.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
}

function progress(line) {
  process.stderr.write(`${line}\n`);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    if (!(error instanceof SetupError)) throw error;
    progress(error.message);
    process.exitCode = 1;
  },
);
