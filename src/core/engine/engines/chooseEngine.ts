import { UserError } from '../../base/errors.ts';
import { createEngine, type EngineName } from '../createEngine.ts';
import type { Engine, EngineOptions } from '../engine.ts';
import { createWasmEngine } from '../wasm/wasmEngine.ts';
import { nativeEngines } from './folders.ts';
import { trainingSpeed } from './speed.ts';
import { EngineUnavailable, reasonOf } from './unavailable.ts';

interface Chosen {
  engine: Engine;
  /** Which engine, and why, as a sentence; where there was a choice. */
  reason?: string;
}

/** An engine of the user's machine must be faster than the program's own by this factor to be taken. */
const WORTHWHILE = 1.2;

/**
 * The engine that a training run computes with. `auto` takes the one that an unfinished run was begun with; for a new run the
 * fastest that holds the network, timed with that network where there is more than one.
 * @param begun `Engine.build` of the checkpoint that is gone on from
 */
export async function chooseEngine(name: EngineName, options: EngineOptions, begun?: string): Promise<Chosen> {
  if (name !== 'auto') return { engine: await createEngine(name, options) };
  const earlier = begun === undefined ? undefined : engineOfBuild(begun);
  if (earlier) {
    const engine = await createEngine(earlier, options);
    return { engine, reason: `Engine ${earlier}: the run was begun with it (${engine.build}).` };
  }
  return fastest(options);
}

/** Name of the engine that has a build of this name. */
export function engineOfBuild(build: string): Exclude<EngineName, 'auto'> | undefined {
  if (build.startsWith('wasm ')) return 'wasm';
  if (build === 'reference') return 'reference';
  if (build.includes('webgpu')) return 'webgpu';
  return build.includes('TensorFlow') ? 'tensorflow' : undefined;
}

async function fastest(options: EngineOptions): Promise<Chosen> {
  const { timed, failed } = await nativeOnes(options);
  const own = await createWasmEngine(options).catch((error: unknown) => {
    if (error instanceof UserError && error.code === 'model-too-large' && timed.length) return undefined;
    throw error;
  });
  if (own && !timed.length) {
    const others = failed.length ? `; ${failed.join('; ')}` : '';
    return { engine: own, reason: `Engine wasm (${own.build}): no other works here${others}.` };
  }
  const ownSpeed = own ? await speedOf(own) : 0;
  const [best] = timed.sort((a, b) => b.speed - a.speed);
  const name = best.speed > ownSpeed * WORTHWHILE ? best.name : 'wasm';
  const engine = await createEngine(name, options);
  const speeds = timed.map((one) => `${one.name} ${rate(one.speed)}`);
  const figures = [`wasm ${own ? rate(ownSpeed) : 'cannot hold the network'}`, ...speeds, ...failed];
  return { engine, reason: `Engine ${name} (${engine.build}), chosen for this network: ${figures.join(', ')}.` };
}

const rate = (speed: number): string => `${Math.round(speed)} documents/s`;

/** The native engines that work here and have hardware of their own, timed; and what those say that fail with this network. */
async function nativeOnes(
  options: EngineOptions,
): Promise<{ timed: { name: EngineName; speed: number }[]; failed: string[] }> {
  const timed: { name: EngineName; speed: number }[] = [];
  const failed: string[] = [];
  for (const name of nativeEngines) {
    try {
      const engine = await createEngine(name, options);
      if (engine.isEmulated) await engine.dispose();
      else timed.push({ name, speed: await speedOf(engine) });
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) failed.push(`${name} fails: ${reasonOf(error)}`);
    }
  }
  return { timed, failed };
}

async function speedOf(engine: Engine): Promise<number> {
  try {
    return await trainingSpeed(engine);
  } finally {
    await engine.dispose();
  }
}

/**
 * The engine of a stored run, for scoring. A run may have been trained on another machine's graphics card: where its engine does
 * not work here, the program's own scores it, and `notify` says so.
 */
export async function createScoringEngine(
  name: EngineName,
  options: EngineOptions,
  notify: (message: string) => void,
): Promise<Engine> {
  try {
    return await createEngine(name, options);
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    notify(`The run's engine ${name} does not work here (${error.message}): wasm computes the scores.`);
    return createEngine('wasm', options);
  }
}
