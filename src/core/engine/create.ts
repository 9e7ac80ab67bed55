import { UserError } from '../errors.ts';
import type { Engine, EngineOptions } from './engine.ts';
import { createReferenceEngine } from './reference/engine.ts';
import { createWasmEngine } from './wasm/wasmEngine.ts';

export const engineNames = ['auto', 'wasm', 'reference'] as const;
export type EngineName = (typeof engineNames)[number];

/** The engine of that name; `auto` is the WebAssembly engine. `reference` is plain TypeScript: right, readable and slow. */
export async function createEngine(name: EngineName, options: EngineOptions): Promise<Engine> {
  switch (name) {
    case 'auto':
    case 'wasm':
      return createWasmEngine(options);
    case 'reference':
      return createReferenceEngine(options);
    default:
      throw new UserError(
        'unknown-engine',
        `There is no engine "${String(name)}"`,
        `Use one of ${engineNames.join(', ')}.`,
      );
  }
}
