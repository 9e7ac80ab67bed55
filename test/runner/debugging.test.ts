/** A debugger reaches the runners on the ports that `.vscode/launch.json` states. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { parse } from 'jsonc-parser';
import { expect, it } from 'vitest';
import { inspectPortOf, RunnerClient } from '../../src/runner/client.ts';
import type { ServiceName } from '../../src/runner/protocol.ts';

interface Launch {
  configurations: { name: string; env?: Record<string, string>; program?: string; preLaunchTask?: string }[];
  compounds: { configurations: string[] }[];
  inputs: { id: string; options?: { label: string; value: string }[] }[];
}

const read = (file: string): unknown => parse(readFileSync(file, 'utf8'));
const { configurations, compounds, inputs } = read('.vscode/launch.json') as Launch;
const { tasks } = read('.vscode/tasks.json') as { tasks: { label: string }[] };
const services = readdirSync('src/runner/services').map((file) => file.replace(/\.ts$/, '') as ServiceName);
const script = 'dist/runner/main.js';

it('launches and attaches to what there is', () => {
  const programs = configurations.flatMap(({ program }) => program?.replace('${workspaceFolder}/', '') ?? []);
  for (const program of programs.filter((one) => !one.startsWith('dist/'))) expect(existsSync(program)).toBe(true);
  for (const { preLaunchTask } of configurations)
    if (preLaunchTask) expect(tasks.map(({ label }) => label)).toContain(preLaunchTask);
  const names = configurations.map(({ name }) => name);
  for (const compound of compounds) expect(names).toEqual(expect.arrayContaining(compound.configurations));
});

it('offers every service on the port that the extension gives it', () => {
  const ports = configurations.find(({ env }) => env)?.env?.XMLCNN_INSPECT_RUNNERS;
  const options = inputs.find(({ id }) => id === 'runner')?.options;
  expect(options?.map(({ label, value }) => [label, Number(value)])).toEqual(
    services.map((service) => [service, inspectPortOf(service, ports)]),
  );
  expect(inspectPortOf('survey', 'notsurvey=1')).toBeUndefined();
  expect(inspectPortOf('survey')).toBeUndefined();
});

it.skipIf(!existsSync(script))('listens on its port, and runs without a debugger where that is taken', async () => {
  const inspectPort = await freePort();
  const start = (): RunnerClient<'survey'> => new RunnerClient('survey', { script, inspectPort, onLog: () => {} });
  const call = { file: 'examples/glosses/train.jsonl', options: {} };
  const [first, second] = [start(), start()];
  try {
    for (const client of [first, second]) expect(await client.call('survey', call)).toMatchObject({ format: 'jsonl' });
    const targets = await (await fetch(`http://127.0.0.1:${inspectPort}/json/list`)).json();
    expect(targets).toMatchObject([{ title: expect.stringContaining('dist/runner/main.js') }]);
  } finally {
    for (const client of [first, second]) client.dispose();
    await Promise.all([first.exited, second.exited]);
  }
});

/** A port that nothing listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
