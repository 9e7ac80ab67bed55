import { stampOf } from './slices.ts';

const kept = new Map<string, { key: string; value: WeakRef<object> }>();

/**
 * What was made of a file when it was last read, as long as it is in use (or not yet collected) and the file is the same;
 * else `make` reads it again. `variant` distinguishes what is made of the same file in different ways.
 */
export async function remembered<T extends object>(file: string, make: () => Promise<T>, variant = ''): Promise<T> {
  const { size, modified } = await stampOf(file);
  const name = `${variant}\0${file}`;
  const key = `${size} ${modified}`;
  const found = kept.get(name);
  const value = found?.key === key ? (found.value.deref() as T | undefined) : undefined;
  if (value) return value;
  const made = await make();
  for (const [other, { value: reference }] of kept) if (!reference.deref()) kept.delete(other);
  kept.set(name, { key, value: new WeakRef(made) });
  return made;
}
