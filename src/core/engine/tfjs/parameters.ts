import * as tf from '@tensorflow/tfjs-core';
import type { ParameterSpec } from '../../model/network.ts';
import { elements, parameters } from '../../model/network.ts';
import type { EngineOptions, OptimizerState, Weights } from '../engine.ts';
import { averageDecay } from '../reference/average.ts';
import { assign } from './assign.ts';
import { deviceShape, fromDevice, toDevice } from './layout.ts';

/** One parameter on the device, in the layout of layout.ts; moments where it is trained, `average` where EMA is on. */
interface Place {
  spec: ParameterSpec;
  weight: tf.Tensor;
  m?: tf.Tensor;
  v?: tf.Tensor;
  average?: tf.Tensor;
}

export interface Update {
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

  async readWeights(weights: Weights): Promise<void> {
    for (const { spec, weight } of this.places.values()) weights.set(spec.name, await read(spec, weight));
  }

  /** Averaged weights; fails where there are none. */
  async readAverage(weights: Weights): Promise<void> {
    for (const { spec, average } of this.places.values()) {
      if (!average) throw new Error('this engine keeps no average of the weights (ema is 0)');
      weights.set(spec.name, await read(spec, average));
    }
  }

  writeWeights(weights: Weights): void {
    for (const place of this.places.values()) {
      this.replace(place, { weight: upload(place.spec, weights.get(place.spec.name), place.spec.name) });
    }
  }

  /** Before the first step, the moving average is the weights. */
  beginAverage(): void {
    for (const place of this.places.values()) {
      if (place.average) this.replace(place, { average: tf.clone(place.weight) });
    }
  }

  async readState(tensors: OptimizerState['tensors']): Promise<void> {
    for (const [kind, place] of this.states()) {
      tensors.set(`${kinds[kind]}/${place.spec.name}`, await read(place.spec, place[kind]!));
    }
  }

  writeState(tensors: OptimizerState['tensors']): void {
    for (const [kind, place] of this.states()) {
      const name = `${kinds[kind]}/${place.spec.name}`;
      this.replace(place, { [kind]: upload(place.spec, tensors.get(name), name) });
    }
  }

  private *states(): Iterable<['m' | 'v' | 'average', Place]> {
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

async function read(spec: ParameterSpec, tensor: tf.Tensor): Promise<Float32Array> {
  return fromDevice(spec, (await tensor.data()) as Float32Array);
}

function upload(spec: ParameterSpec, source: ArrayLike<number> | undefined, name: string): tf.Tensor {
  const canonical = new Float32Array(elements(spec));
  assign(canonical, source, name);
  return tf.tensor(toDevice(spec, canonical), deviceShape(spec), 'float32');
}
