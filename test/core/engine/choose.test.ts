import { beforeEach, describe, expect, it, vi } from 'vitest';
import { chooseEngine } from '../../../src/core/engine/engines/chooseEngine.ts';
import { sampleOptions } from '../../../src/core/engine/engines/speed.ts';
import { EngineUnavailable } from '../../../src/core/engine/engines/unavailable.ts';
import { UserError } from '../../../src/core/base/errors.ts';

/** An engine of a made-up machine: what it does instead of being made, or how fast it trains. */
type Part = Error | { speed: number; isEmulated?: boolean };
type Name = 'wasm' | 'tensorflow' | 'webgpu';

const machine = vi.hoisted(() => ({ parts: new Map<string, unknown>(), open: 0 }));

function make(name: string): unknown {
  const part = machine.parts.get(name) as Part;
  if (part instanceof Error) throw part;
  machine.open++;
  return { ...part, build: `${name} of the test`, dispose: async () => void machine.open-- };
}

vi.mock('../../../src/core/engine/createEngine.ts', () => ({ createEngine: async (name: string) => make(name) }));
vi.mock('../../../src/core/engine/wasm/wasmEngine.ts', () => ({ createWasmEngine: async () => make('wasm') }));
vi.mock('../../../src/core/engine/engines/speed.ts', async (original) => ({
  ...(await original<object>()),
  trainingSpeed: async (engine: { speed: number }) => engine.speed,
}));

const absent = (name: 'tensorflow' | 'webgpu'): Error =>
  new EngineUnavailable(name, 'absent', `${name} is not installed`, 'Install it.');

function has(parts: Partial<Record<Name, Part>>): void {
  machine.parts = new Map<string, Part>([
    ['wasm', { speed: 100 }],
    ['tensorflow', absent('tensorflow')],
    ['webgpu', absent('webgpu')],
    ...Object.entries(parts),
  ]);
}

beforeEach(() => {
  machine.open = 0;
  has({});
});

const choose = async (): Promise<{ build: string; reason?: string }> => {
  const { engine, reason } = await chooseEngine('auto', sampleOptions);
  expect(machine.open).toBe(1); // those that were only timed are disposed of
  return { build: engine.build, reason };
};

describe('the engine "auto"', () => {
  it('is the one of the program where no other works', async () => {
    const { build, reason } = await choose();
    expect(build).toBe('wasm of the test');
    expect(reason).toBe('Engine wasm (wasm of the test): no other works here.');
  });

  it('is the fastest for the network, and says how fast each is', async () => {
    has({ tensorflow: { speed: 130 }, webgpu: { speed: 900 } });
    const { build, reason } = await choose();
    expect(build).toBe('webgpu of the test');
    expect(reason).toContain('wasm 100 documents/s');
    expect(reason).toContain('tensorflow 130 documents/s');
    expect(reason).toContain('webgpu 900 documents/s');
  });

  it('leaves the engine of the program only for one that is faster by a fifth', async () => {
    has({ tensorflow: { speed: 119 } });
    expect((await choose()).build).toBe('wasm of the test');
    has({ tensorflow: { speed: 121 } });
    machine.open = 0;
    expect((await choose()).build).toBe('tensorflow of the test');
  });

  it('is no graphics card that the processor emulates, however fast', async () => {
    has({ webgpu: { speed: 900, isEmulated: true } });
    expect((await choose()).build).toBe('wasm of the test');
  });

  it('is another where the one of the program cannot hold the network', async () => {
    has({
      wasm: new UserError('model-too-large', 'The network is too large', 'Take fewer labels.'),
      webgpu: { speed: 5 },
    });
    const { build, reason } = await choose();
    expect(build).toBe('webgpu of the test');
    expect(reason).toContain('wasm cannot hold the network');
  });

  it('tells why an engine failed that is there', async () => {
    has({ webgpu: new Error('device lost\nat dawn') });
    const { build, reason } = await choose();
    expect(build).toBe('wasm of the test');
    expect(reason).toContain('webgpu fails: device lost');
  });

  it('fails where nothing can hold the network', async () => {
    has({ wasm: new UserError('model-too-large', 'The network is too large', 'Take fewer labels.') });
    await expect(chooseEngine('auto', sampleOptions)).rejects.toMatchObject({ code: 'model-too-large' });
  });

  it('is the engine that a run was begun with, even where another is faster', async () => {
    has({ webgpu: { speed: 900 } });
    const { engine, reason } = await chooseEngine('auto', sampleOptions, 'wasm relaxed-simd, x64');
    expect(engine.build).toBe('wasm of the test');
    expect(reason).toContain('the run was begun with it');
  });
});

it('takes the engine that is named, and times none', async () => {
  has({ tensorflow: { speed: 1 } });
  const { engine, reason } = await chooseEngine('tensorflow', sampleOptions);
  expect([engine.build, reason]).toEqual(['tensorflow of the test', undefined]);
});

it('does not put another in the place of one that is named and absent', async () => {
  await expect(chooseEngine('webgpu', sampleOptions)).rejects.toMatchObject({ engine: 'webgpu', problem: 'absent' });
});
