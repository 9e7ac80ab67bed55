import { UserError } from '../base/errors.ts';
import type { Engine, EngineOptions } from './engine.ts';
import { createReferenceEngine } from './reference/referenceEngine.ts';
import { createWasmEngine } from './wasm/wasmEngine.ts';

export const engineNames = ['auto', 'wasm', 'tensorflow', 'webgpu', 'reference'] as const;
export type EngineName = (typeof engineNames)[number];

/**
 * The engine of that name. `auto` is the WebAssembly engine, which works everywhere; a training run looks further
 * (`chooseEngine`). `reference` is plain TypeScript: right, readable and slow. TensorFlow.js is loaded where it is asked for.
 * Throws `EngineUnavailable` where a native engine does not work here.
 */
export async function createEngine(name: EngineName, options: EngineOptions): Promise<Engine> {
  switch (name) {
    case 'auto':
    case 'wasm':
      return createWasmEngine(options);
    case 'tensorflow':
    case 'webgpu': {
      const { createTfjsEngine } = await import('./tfjs/tfjsEngine.ts');
      return createTfjsEngine(name, options);
    }
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
