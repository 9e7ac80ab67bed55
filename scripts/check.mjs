// What can be checked without running anything, side by side: types, style, and files that follow from others. Each tells in one piece.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const checks = ['npm run typecheck', 'npm run lint', 'node scripts/derived.mjs --check'];

async function check(command) {
  const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output.push(data));
  const [code] = await once(child, 'close');
  process.stdout.write(Buffer.concat([Buffer.from(`\n$ ${command}\n`), ...output]));
  return code === 0;
}

const passed = await Promise.all(checks.map(check));
process.exitCode = passed.every(Boolean) ? 0 : 1;
