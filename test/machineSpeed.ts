import { thisMachine } from '../src/core/engine/engines/speed.ts';

/**
 * Measures and keeps the speed of this machine before the first test. Else each config that a test writes while others are busy tells
 * the time of that moment, and two that are made from the same file differ.
 */
export async function setup(): Promise<void> {
  await thisMachine(undefined, false);
}
