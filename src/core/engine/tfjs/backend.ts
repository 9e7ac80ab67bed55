import * as tf from '@tensorflow/tfjs-core';

/** A backend of TensorFlow.js that is loaded and works. */
export interface Backend {
  /** Name of the engine that computes on it. */
  engine: string;
  /** What the bits of a result depend on. */
  build: string;
  /** See `Engine.isEmulated`. */
  isEmulated?: boolean;
  /** Bytes of the largest buffer, where that is less than the memory. */
  largestBuffer?: number;
  /** Makes it the present one: TensorFlow.js has one at a time in a process. */
  use(): Promise<void>;
  /** Called when an engine is done with it. */
  release(): Promise<void>;
}

/** A registered backend of that name. */
export function registered(name: string, engine: string, build: string): Backend {
  return {
    engine,
    build,
    async use() {
      if (tf.getBackend() !== name && !(await tf.setBackend(name)))
        throw new Error(`the ${name} backend does not start`);
    },
    async release() {},
  };
}
