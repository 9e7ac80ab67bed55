import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { EngineUnavailable } from '../../../src/core/engine/engines/unavailable.ts';
import { openTensorflow } from '../../../src/core/engine/engines/tensorflow.ts';
import { openWebgpu } from '../../../src/core/engine/engines/webgpu.ts';
import type { Engine, EngineOptions } from '../../../src/core/engine/engine.ts';
import type { Backend } from '../../../src/core/engine/tfjs/backend.ts';
import { registered } from '../../../src/core/engine/tfjs/backend.ts';
import { TfjsEngine } from '../../../src/core/engine/tfjs/tfjsEngine.ts';
import { tensorflowEnvironment } from '../../tensorflow/folder.mjs';

/** A backend of TensorFlow.js that works here, held open while tests use it. */
export interface TestedBackend {
  name: string;
  backend: Backend;
  makeEngine: (options: EngineOptions) => Promise<Engine>;
}

setWasmPaths(`${dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))}/`);

const backends: Record<string, () => Promise<Backend>> = {
  cpu: async () => registered('cpu', 'tfjs-cpu', 'tfjs-cpu'),
  wasm: async () => registered('wasm', 'tfjs-wasm', 'tfjs-wasm'),
  tensorflow: () => openTensorflow(tensorflowEnvironment()),
  webgpu: openWebgpu,
};

/** Those of these names that work here; says which do not, and why. */
export async function testedBackends(names = Object.keys(backends)): Promise<TestedBackend[]> {
  const found: TestedBackend[] = [];
  for (const name of names) {
    try {
      const backend = await backends[name]();
      await backend.use();
      const makeEngine = async (options: EngineOptions): Promise<Engine> => {
        await backend.use();
        return new TfjsEngine(options, { ...backend, release: async () => undefined });
      };
      found.push({ name, backend, makeEngine });
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
      console.log(`skipped: engine ${name} not found (${error.problem}): ${error.message}`);
    }
  }
  return found;
}
