import type { Engine, EngineOptions } from '../engine.ts';
import type { NativeEngine } from '../engines/folders.ts';
import { openTensorflow } from '../engines/tensorflow.ts';
import { openWebgpu } from '../engines/webgpu.ts';
import { TfjsEngine } from './engine.ts';

/** The network on native TensorFlow or on a GPU. Throws `EngineUnavailable`. */
export async function createTfjsEngine(name: NativeEngine, options: EngineOptions): Promise<Engine> {
  const backend = name === 'tensorflow' ? await openTensorflow() : await openWebgpu();
  try {
    return new TfjsEngine(options, backend);
  } catch (error) {
    await backend.release();
    throw error;
  }
}
