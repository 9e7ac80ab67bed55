import type { EngineName } from '../create.ts';
import { createEngine } from '../create.ts';
import type { Engine, EngineOptions } from '../engine.ts';
import { EngineUnavailable } from './unavailable.ts';

/**
 * The engine of a stored run, for scoring. A run may have been trained on another machine's graphics card: where its engine does
 * not work here, the program's own scores it, and `tell` says so.
 */
export async function createScoringEngine(
  name: EngineName,
  options: EngineOptions,
  tell: (message: string) => void,
): Promise<Engine> {
  try {
    return await createEngine(name, options);
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    tell(`The run's engine ${name} does not work here (${error.message}): wasm computes the scores.`);
    return createEngine('wasm', options);
  }
}
