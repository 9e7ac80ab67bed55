import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { thisMachine } from '../../../src/core/engine/engines/speed.ts';
import { scratch } from '../data/helpers.ts';

const { folder } = scratch();

test('the speed of this machine is measured once, and again for another processor or where the file is damaged', async () => {
  const file = join(folder, 'machine', 'machine.json');
  const { speed } = await thisMachine(file, false);
  expect(speed).toBeGreaterThan(0);
  const { made } = JSON.parse(readFileSync(file, 'utf8')) as { made: string };
  writeFileSync(file, JSON.stringify({ made, speed: 123 }));
  expect((await thisMachine(file, false)).speed).toBe(123);
  writeFileSync(file, JSON.stringify({ made: 'another', speed: 123 }));
  expect((await thisMachine(file, false)).speed).not.toBe(123);
  writeFileSync(file, '{');
  await thisMachine(file, true);
  expect(readFileSync(file, 'utf8')).toBe('{'); // what was measured beside much else is not kept
  expect((await thisMachine(file, false)).speed).not.toBe(123);
});
