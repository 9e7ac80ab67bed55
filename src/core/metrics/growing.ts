type Growing = Int32Array | Float32Array | Float64Array;

/** The array itself, or a copy at least twice as long where it has no room for `needed` elements. */
export function withRoom<T extends Growing>(array: T, needed: number): T {
  if (needed <= array.length) return array;
  const larger = new (array.constructor as new (length: number) => T)(Math.max(needed, array.length * 2));
  larger.set(array);
  return larger;
}
