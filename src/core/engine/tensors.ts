import type { EngineTensor, EngineTensors, OptimizerState } from './engine.ts';

export const floatTensor = (length: number, read: EngineTensor<Float32Array>['read']): EngineTensor<Float32Array> => ({
  dtype: 'F32',
  length,
  read,
});

export const integerTensor = (values: Int32Array): EngineTensor<Int32Array> => ({
  dtype: 'I32',
  length: values.length,
  read: () => values,
});

/** Copies of all tensors. */
export async function readAll<T extends Float32Array | Int32Array>(
  tensors: ReadonlyMap<string, EngineTensor<T>>,
): Promise<Map<string, T>> {
  const copies = new Map<string, T>();
  for (const [name, tensor] of tensors) copies.set(name, (await tensor.read()).slice() as T);
  return copies;
}

/** Copies of the averaged weights; fails where there are none. */
export function readAverageOf({ average }: EngineTensors): Promise<Map<string, Float32Array>> {
  if (average.size === 0) throw new Error('this engine keeps no average of the weights (ema is 0)');
  return readAll(average);
}

export const readStateOf = async ({ step, state }: EngineTensors): Promise<OptimizerState> => ({
  step,
  tensors: await readAll(state),
});
