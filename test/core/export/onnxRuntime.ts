/** The part of onnxruntime-node that is used; the package is too large to be a dependency, and its tests are skipped without it. */
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

/** Opens models with onnxruntime-node; undefined where it is not installed (`npm install --no-save onnxruntime-node`). */
export async function openOnnx(): Promise<((model: Uint8Array) => Promise<RunOnnx>) | undefined> {
  const name = 'onnxruntime-node';
  const runtime = await import(name).then(
    (found: Runtime & { default?: Runtime }) => found.default ?? found,
    () => undefined,
  );
  if (!runtime) return undefined;
  return async (model) => {
    const session = await runtime.InferenceSession.create(model);
    if (`${session.inputNames} ${session.outputNames}` !== 'input_ids probabilities') throw new Error('other names');
    return async (ids, rows, columns) => {
      const input = new runtime.Tensor('int64', BigInt64Array.from(ids, BigInt), [rows, columns]);
      return (await session.run({ input_ids: input })).probabilities.data;
    };
  };
}
