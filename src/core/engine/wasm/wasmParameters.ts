import type { EngineOptions, EngineTensor, TensorSource } from '../engine.ts';
import { floatTensor } from '../tensors.ts';
import { canonicalFloats, hasGradient, pad, trains, unpad, type Layout, type Slot } from './layout.ts';
import type { Machine } from './machine.ts';

/** Addresses of one parameter and of what belongs to it; 0 where there is none. */
export interface Place {
  slot: Slot;
  weight: number;
  m: number;
  v: number;
  average: number;
  gradient: number;
}

/** All parameters in the shared memory, and their way in and out. */
export class Parameters {
  private readonly places = new Map<string, Place>();

  constructor(
    private readonly machine: Machine,
    layout: Layout,
    options: EngineOptions,
  ) {
    for (const slot of layout.slots) {
      const bytes = slot.floats * 4;
      const allocate = (wanted: boolean): number => (wanted ? machine.allocate(bytes) : 0);
      const trained = trains(slot, options);
      this.places.set(slot.name, {
        slot,
        weight: allocate(true),
        m: allocate(trained),
        v: allocate(trained),
        average: allocate(trained && options.ema > 0),
        gradient: allocate(trained && hasGradient(slot, options)),
      });
    }
  }

  of(name: string): Place {
    return this.places.get(name)!;
  }

  all(): Place[] {
    return [...this.places.values()];
  }

  padded(place: Place, address: number): Float32Array {
    return this.machine.floats(address, place.slot.floats);
  }

  read(place: Place, address: number): Float32Array {
    const canonical = new Float32Array(canonicalFloats(place.slot));
    unpad(place.slot, this.padded(place, address), canonical);
    return canonical;
  }

  write(place: Place, address: number, canonical: Float32Array | Int32Array | undefined, name: string): void {
    if (!(canonical instanceof Float32Array) || canonical.length !== canonicalFloats(place.slot)) {
      throw new Error(
        `tensor ${name}: expected ${canonicalFloats(place.slot)} floats, got ${canonical?.length ?? 'none'}`,
      );
    }
    pad(place.slot, canonical, this.padded(place, address));
  }

  weights(): Map<string, EngineTensor<Float32Array>> {
    return new Map(this.all().map((place) => [place.slot.name, this.tensor(place, place.weight)]));
  }

  /** Where no padding lies within the tensor, reading it copies nothing. */
  tensor(place: Place, address: number): EngineTensor<Float32Array> {
    const { rows, columns, stride, k } = place.slot;
    const length = canonicalFloats(place.slot);
    const isPlain = k === 1 && (columns === stride || rows === 1);
    return floatTensor(length, () => (isPlain ? this.machine.floats(address, length) : this.read(place, address)));
  }

  async writeWeights(weights: TensorSource<Float32Array>): Promise<void> {
    for (const place of this.all())
      this.write(place, place.weight, await weights.get(place.slot.name), place.slot.name);
  }

  /** Before the first step, the moving average is the weights. */
  beginAverage(): void {
    for (const place of this.all()) {
      if (place.average) this.padded(place, place.average).set(this.padded(place, place.weight));
    }
  }

  moments(): Map<string, EngineTensor> {
    return new Map(
      Array.from(this.momentPlaces(), ([name, place, address]) => [name, this.tensor(place, address)] as const),
    );
  }

  async writeMoments(tensors: TensorSource): Promise<void> {
    for (const [name, place, address] of this.momentPlaces()) this.write(place, address, await tensors.get(name), name);
  }

  private *momentPlaces(): Iterable<[string, Place, number]> {
    for (const place of this.all()) {
      const { name } = place.slot;
      if (place.m) yield [`adam.m/${name}`, place, place.m];
      if (place.v) yield [`adam.v/${name}`, place, place.v];
      if (place.average) yield [`ema/${name}`, place, place.average];
    }
  }
}
