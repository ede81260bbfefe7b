/** A child for the supervisor's tests: serves /readyz on the port given, and does what the second argument says. */
import { createServer } from 'node:http';

const [port, behaviour] = process.argv.slice(2);

if (behaviour === 'refuses') {
  process.stderr.write('SPANWISE_CHILD_TEA: must be set\n');
  process.exit(2);
}
if (behaviour === 'crashes') process.exit(3);

createServer((_request, response) => {
  const ok = behaviour !== 'unwell';
  const components = { kettle: ok ? { ok } : { ok, detail: 'cold' } };
  response.writeHead(ok ? 200 : 503).end(JSON.stringify({ ready: ok, components }));
}).listen(Number(port), '127.0.0.1');

process.on('SIGTERM', () => {
  if (behaviour !== 'ignores-sigterm') process.exit(0);
});
if (process.env.SPANWISE_EXIT_WITH_PARENT === '1') process.stdin.on('end', () => process.exit(0)).resume();
process.stdout.write(`pid ${process.pid}\n`);
