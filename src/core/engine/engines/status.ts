import { Cancelled } from '../../base/errors.ts';
import type { EngineName } from '../createEngine.ts';
import { createEngine } from '../createEngine.ts';
import { sampleOptions, trainingSpeed } from './speed.ts';
import type { Problem } from './unavailable.ts';
import { EngineUnavailable } from './unavailable.ts';

/** Whether an engine works on this machine. */
export type EngineStatus = {
  name: Exclude<EngineName, 'auto'>;
  summary: string;
} & (
  | {
      works: true;
      /** Its version, and what it runs on. */
      version: string;
      /** Training speed on a small network with made-up texts. */
      documentsPerSecond: number;
    }
  | { works: false; problem: Problem; message: string; remedy: string }
);

const summaries: Record<EngineStatus['name'], string> = {
  wasm: 'WebAssembly kernels on all cores: part of the program',
  tensorflow: 'native TensorFlow through tfjs-node',
  webgpu: 'graphics card through WebGPU (Dawn)',
  reference: 'plain TypeScript, for checking the others',
};

/** Tries every engine, one after another. Throws `Cancelled`. */
export async function engineStatuses({
  signal,
  onStatus,
}: { signal?: AbortSignal; onStatus?: (status: EngineStatus) => void } = {}): Promise<EngineStatus[]> {
  const found: EngineStatus[] = [];
  for (const name of Object.keys(summaries) as EngineStatus['name'][]) {
    if (signal?.aborted) throw new Cancelled();
    const status = await statusOf(name);
    found.push(status);
    onStatus?.(status);
  }
  return found;
}

async function statusOf(name: EngineStatus['name']): Promise<EngineStatus> {
  const summary = summaries[name];
  try {
    const engine = await createEngine(name, sampleOptions);
    try {
      const documentsPerSecond = await trainingSpeed(engine);
      return { name, summary, works: true, version: engine.build, documentsPerSecond };
    } finally {
      await engine.dispose();
    }
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    const { problem, message, remedy } = error;
    return { name, summary, works: false, problem, message, remedy };
  }
}
