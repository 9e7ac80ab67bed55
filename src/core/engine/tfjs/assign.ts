/** Overwrites `target`; a source that is missing or of another length is an error. */
export function assign(target: Float32Array, source: ArrayLike<number> | undefined, name: string): void {
  if (source?.length !== target.length) {
    throw new RangeError(`tensor ${name} has ${source?.length ?? 'no'} numbers, ${target.length} are needed`);
  }
  target.set(source);
}
