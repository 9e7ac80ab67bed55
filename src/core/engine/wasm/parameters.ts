import type { EngineOptions, OptimizerState, Weights } from '../engine.ts';
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

  readWeights(): Weights {
    return new Map(this.all().map((place) => [place.slot.name, this.read(place, place.weight)]));
  }

  writeWeights(weights: Weights): void {
    for (const place of this.all()) this.write(place, place.weight, weights.get(place.slot.name), place.slot.name);
  }

  /** Before the first step, the moving average is the weights. */
  beginAverage(): void {
    for (const place of this.all()) {
      if (place.average) this.padded(place, place.average).set(this.padded(place, place.weight));
    }
  }

  readMoments(tensors: OptimizerState['tensors']): void {
    for (const [kind, place, address] of this.moments()) {
      tensors.set(`${kind}/${place.slot.name}`, this.read(place, address));
    }
  }

  writeMoments(tensors: OptimizerState['tensors']): void {
    for (const [kind, place, address] of this.moments()) {
      const name = `${kind}/${place.slot.name}`;
      this.write(place, address, tensors.get(name), name);
    }
  }

  private *moments(): Iterable<[string, Place, number]> {
    for (const place of this.all()) {
      if (place.m) yield ['adam.m', place, place.m];
      if (place.v) yield ['adam.v', place, place.v];
      if (place.average) yield ['ema', place, place.average];
    }
  }
}
