/**
 * What a bundle gives tfjs-node for `@tensorflow/tfjs`: the core is enough of it, but for `KernelBackend`. tfjs-node's own class is of a time before
 * classes, and calls its base as a function, which a class forbids.
 */
import { KernelBackend as Base } from '@tensorflow/tfjs-core';

export * from '@tensorflow/tfjs-core';

export function KernelBackend(): void {} // shadows the class of the line above
KernelBackend.prototype = Base.prototype;
