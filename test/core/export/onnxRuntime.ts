/** The part of ONNX Runtime that is used, the same in its packages. */
interface Runtime {
  InferenceSession: { create(model: Uint8Array): Promise<Session> };
  Tensor: new (type: 'int64', data: BigInt64Array, sizes: number[]) => unknown;
}
interface Session {
  inputNames: string[];
  outputNames: string[];
  run(inputs: Record<string, unknown>): Promise<Record<string, { data: Float32Array; dims: number[] }>>;
}

/** Probabilities of rows of word ids.  [rows, Y] */
export type RunOnnx = (ids: readonly number[], rows: number, columns: number) => Promise<Float32Array>;
export type OpenOnnx = (model: Uint8Array) => Promise<RunOnnx>;

/**
 * ONNX Runtime's packages by name: the one of WebAssembly, a development dependency, and the native one where it is installed
 * (`npm install --no-save onnxruntime-node`), which is too large to be a dependency.
 */
export async function onnxRuntimes(): Promise<[name: string, open: OpenOnnx][]> {
  const web = (await import('onnxruntime-web/wasm')) as unknown as Runtime & { env: { wasm: { numThreads: number } } };
  web.env.wasm.numThreads = 1; // workers of its own would outlive the tests
  const name = 'onnxruntime-node';
  const native = await import(name).then(
    (found: Runtime & { default?: Runtime }) => found.default ?? found,
    () => undefined,
  );
  if (!native) console.log(`skipped: ${name} not found`);
  return [['onnxruntime-web', opening(web)], ...(native ? [[name, opening(native)] as [string, OpenOnnx]] : [])];
}

const opening =
  (runtime: Runtime): OpenOnnx =>
  async (model) => {
    const session = await runtime.InferenceSession.create(model);
    if (`${session.inputNames} ${session.outputNames}` !== 'input_ids probabilities') throw new Error('other names');
    return async (ids, rows, columns) => {
      const input = new runtime.Tensor('int64', BigInt64Array.from(ids, BigInt), [rows, columns]);
      return (await session.run({ input_ids: input })).probabilities.data;
    };
  };
