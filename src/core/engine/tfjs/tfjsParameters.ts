import * as tf from '@tensorflow/tfjs-core';
import { elements, parameters, type ParameterSpec } from '../../model/network.ts';
import type { EngineOptions, EngineTensor, TensorSource } from '../engine.ts';
import { averageDecay } from '../reference/referenceUpdate.ts';
import { floatTensor } from '../tensors.ts';

/** One parameter on the device, in the layout of `deviceShape`; moments where it is trained, `average` where EMA is on. */
interface Place {
  spec: ParameterSpec;
  weight: tf.Tensor;
  m?: tf.Tensor;
  v?: tf.Tensor;
  average?: tf.Tensor;
}

interface Update {
  learningRate: number;
  /** Number of this step, from 1. */
  step: number;
  /** What gradients are multiplied by: less than 1 where they are clipped. */
  scale: number;
}

const kinds = { m: 'adam.m', v: 'adam.v', average: 'ema' } as const;

/** All parameters but the embedding, and their optimiser state. */
export class DeviceParameters {
  private readonly places: Map<string, Place>;

  constructor(private readonly options: EngineOptions) {
    const zeros = (spec: ParameterSpec): tf.Tensor => tf.zeros(deviceShape(spec));
    this.places = new Map(
      parameters(options.shape)
        .filter(({ name }) => name !== 'embedding')
        .map((spec) => [
          spec.name,
          {
            spec,
            weight: zeros(spec),
            ...(!options.scoringOnly && { m: zeros(spec), v: zeros(spec) }),
            ...(options.ema > 0 && { average: zeros(spec) }),
          },
        ]),
    );
  }

  matrix(name: string): tf.Tensor2D {
    return this.places.get(name)!.weight as tf.Tensor2D;
  }

  vector(name: string): tf.Tensor1D {
    return this.places.get(name)!.weight as tf.Tensor1D;
  }

  /** Adam as PyTorch's AdamW does it, and the moving average. */
  update(gradients: ReadonlyMap<string, tf.Tensor>, { learningRate, step, scale }: Update): void {
    const { adam, ema } = this.options;
    const rate = learningRate / (1 - adam.beta1 ** step);
    const correction = Math.sqrt(1 - adam.beta2 ** step);
    for (const [name, gradient] of gradients) {
      const place = this.places.get(name)!;
      const kept = name.endsWith('.weight') ? 1 - learningRate * adam.weightDecay : 1;
      const next = tf.tidy(() => {
        const g = scale === 1 ? gradient : tf.mul(gradient, scale);
        const m = tf.add(tf.mul(place.m!, adam.beta1), tf.mul(g, 1 - adam.beta1));
        const v = tf.add(tf.mul(place.v!, adam.beta2), tf.mul(tf.square(g), 1 - adam.beta2));
        const change = tf.div(tf.mul(m, rate), tf.add(tf.div(tf.sqrt(v), correction), adam.epsilon));
        const weight = tf.sub(kept === 1 ? place.weight : tf.mul(place.weight, kept), change);
        if (!place.average) return { m, v, weight };
        const rest = 1 - averageDecay(ema, step);
        return { m, v, weight, average: tf.add(place.average, tf.mul(tf.sub(weight, place.average), rest)) };
      });
      this.replace(place, next);
    }
  }

  private replace(place: Place, next: Partial<Place>): void {
    for (const key of ['weight', 'm', 'v', 'average'] as const) {
      const tensor = next[key];
      if (!tensor) continue;
      place[key]?.dispose();
      place[key] = tensor;
    }
  }

  weights(): Map<string, EngineTensor<Float32Array>> {
    return new Map(
      Array.from(this.places.values(), ({ spec, weight }) => [spec.name, tensorOf(spec, weight)] as const),
    );
  }

  /** Averaged weights; none where `ema` is 0. */
  averages(): Map<string, EngineTensor<Float32Array>> {
    const averaged = [...this.places.values()].filter(({ average }) => average);
    return new Map(averaged.map(({ spec, average }) => [spec.name, tensorOf(spec, average!)]));
  }

  async writeWeights(weights: TensorSource<Float32Array>): Promise<void> {
    for (const place of this.places.values()) {
      const { name } = place.spec;
      this.replace(place, { weight: upload(place.spec, await weights.get(name), name) });
    }
  }

  /** Before the first step, the moving average is the weights. */
  beginAverage(): void {
    for (const place of this.places.values()) {
      if (place.average) this.replace(place, { average: tf.clone(place.weight) });
    }
  }

  states(): Map<string, EngineTensor> {
    return new Map(
      Array.from(this.kept(), ([kind, place]) => [
        `${kinds[kind]}/${place.spec.name}`,
        tensorOf(place.spec, place[kind]!),
      ]),
    );
  }

  async writeState(tensors: TensorSource): Promise<void> {
    for (const [kind, place] of this.kept()) {
      const name = `${kinds[kind]}/${place.spec.name}`;
      this.replace(place, { [kind]: upload(place.spec, await tensors.get(name), name) });
    }
  }

  private *kept(): Iterable<['m' | 'v' | 'average', Place]> {
    for (const place of this.places.values()) {
      for (const kind of ['m', 'v', 'average'] as const) if (place[kind]) yield [kind, place];
    }
  }

  dispose(): void {
    for (const { weight, m, v, average } of this.places.values())
      tf.dispose([weight, m, v, average].filter((tensor) => tensor !== undefined));
    this.places.clear();
  }
}

const tensorOf = (spec: ParameterSpec, tensor: tf.Tensor): EngineTensor<Float32Array> =>
  floatTensor(elements(spec), async () => fromDevice(spec, (await tensor.data()) as Float32Array));

function upload(spec: ParameterSpec, source: ArrayLike<number> | undefined, name: string): tf.Tensor {
  const canonical = new Float32Array(elements(spec));
  assign(canonical, source, name);
  return tf.tensor(toDevice(spec, canonical), deviceShape(spec), 'float32');
}

/** Overwrites `target`; a source that is missing or of another length is an error. */
export function assign(target: Float32Array, source: ArrayLike<number> | undefined, name: string): void {
  if (source?.length !== target.length) {
    throw new RangeError(`tensor ${name} has ${source?.length ?? 'no'} numbers, ${target.length} are needed`);
  }
  target.set(source);
}

/**
 * The shape of a parameter on the device. Matrices lie as [in, out], so that no forward product is transposed; filters lie
 * as [D, k F], column j F + f, so that one product projects a word through all positions of all filters of a size.
 */
function deviceShape({ shape: [out, inputs, window = 1], shape }: ParameterSpec): number[] {
  return shape.length === 1 ? shape : [inputs, window * out];
}

/** From the canonical layout of `parameters` (model/network.ts) to the device's. */
function toDevice(spec: ParameterSpec, canonical: Float32Array): Float32Array {
  return permuted(spec, canonical, (out, from, to) => (out[to] = canonical[from]));
}

/** And back. */
function fromDevice(spec: ParameterSpec, device: Float32Array): Float32Array {
  return permuted(spec, device, (out, to, from) => (out[to] = device[from]));
}

function permuted(
  spec: ParameterSpec,
  source: Float32Array,
  copy: (target: Float32Array, canonical: number, device: number) => void,
): Float32Array {
  if (spec.shape.length === 1) return source.slice();
  const [out, inputs, window = 1] = spec.shape;
  const target = new Float32Array(elements(spec));
  for (let o = 0; o < out; o++) {
    for (let i = 0; i < inputs; i++) {
      for (let j = 0; j < window; j++) copy(target, (o * inputs + i) * window + j, (i * window + j) * out + o);
    }
  }
  return target;
}
