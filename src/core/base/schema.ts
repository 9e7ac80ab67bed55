/**
 * A small schema language. One value of it describes a config, a file of a run folder, or what a page keeps; the TypeScript type
 * (`Infer`) and the check of what was read (`accepts`) come from it, and for configs the JSON Schema (`jsonSchema.ts`) and the
 * validator with its places and fixes (`validate.ts`) too, so that they cannot disagree.
 */

/** What every key says about itself. */
interface Info<T> {
  /** What the key does, in a sentence or two; names the original program's flag where there is one. */
  description: string;
  /** Value where the config says nothing. Absent for keys that must be given. */
  default?: T;
  /** Where the default comes from: a paper, a peer, a flag. */
  source: string;
  /** Flags of the original command line that this key carries. */
  flags?: readonly string[];
}

declare const type: unique symbol;
/** A schema whose values have type T (T exists for the compiler only). */
export interface Typed<T> {
  readonly [type]?: T;
}
type Given<S> = S extends Typed<infer T> ? T : never;
export type Infer<S> = S extends { readonly absent: 'null' } ? Given<S> | null : Given<S>;

interface Common {
  readonly info: Info<unknown>;
  /**
   * Where given, `null` may be written: it means "none" and undoes a value taken from `extends`.
   * The resolved config then holds `null`, or lacks the key.
   */
  readonly absent?: 'null' | 'missing';
}

interface NumberLimits {
  min?: number;
  max?: number;
  /** Bounds that the value itself may not take. */
  above?: number;
  below?: number;
  integer?: boolean;
}

export interface StringSchema extends Common {
  readonly kind: 'string';
  /** The value is a file or folder; relative paths count from the file that states them. `mustExist` is checked. */
  readonly path?: { mustExist: boolean };
  /** The only values allowed. */
  readonly values?: readonly string[];
  /** Values worth proposing, among others. */
  readonly suggestions?: readonly string[];
  readonly minLength?: number;
}
export interface NumberSchema extends Common, NumberLimits {
  readonly kind: 'number';
}
export interface BooleanSchema extends Common {
  readonly kind: 'boolean';
}
export interface ArraySchema extends Common {
  readonly kind: 'array';
  readonly items: Schema;
  readonly minItems: number;
  readonly unique: boolean;
}
export interface UnionSchema extends Common {
  readonly kind: 'union';
  readonly options: readonly Schema[];
}
export interface ObjectSchema extends Common {
  readonly kind: 'object';
  readonly properties: Readonly<Record<string, Schema>>;
  /** Of the keys that are not among the properties; anything where absent. */
  readonly rest?: Schema;
}
export type Schema = StringSchema | NumberSchema | BooleanSchema | ArraySchema | UnionSchema | ObjectSchema;

/** Whether a value can name a file or folder. */
export const holdsPath = (schema: Schema): boolean =>
  schema.kind === 'union' ? schema.options.some(holdsPath) : schema.kind === 'string' && schema.path !== undefined;

/** Of what is not a key of a config: a part of a union, the item of an array, a field of a file that no one writes by hand. */
export const part: Info<never> = { description: '', source: '' };

/** The same, with the value that stands for one that is missing or foreign. */
export const orElse = <T>(value: T): Info<T> => ({ ...part, default: value });

export const string = (
  info: Info<string> = part,
  limits: Pick<StringSchema, 'minLength' | 'values' | 'suggestions'> = {},
): StringSchema & Typed<string> => ({ kind: 'string', info, ...limits });

/** A file or folder. */
export const path = (info: Info<string>, options = { mustExist: true }): StringSchema & Typed<string> => ({
  kind: 'string',
  info,
  minLength: 1,
  path: options,
});

/** One of a fixed set of strings. */
export const oneOf = <const T extends string>(
  values: readonly T[],
  info: Info<NoInfer<T>> = part,
): StringSchema & Typed<T> => ({ kind: 'string', info, values });

export const number = (info: Info<number> = part, limits: NumberLimits = {}): NumberSchema & Typed<number> => ({
  kind: 'number',
  info,
  ...limits,
});

export const integer = (info: Info<number> = part, limits: NumberLimits = {}): NumberSchema & Typed<number> =>
  number(info, { ...limits, integer: true });

export const boolean = (info: Info<boolean> = part): BooleanSchema & Typed<boolean> => ({ kind: 'boolean', info });

export const array = <S extends Schema>(
  items: S,
  info: Info<Infer<S>[]>,
  limits: { minItems?: number; unique?: boolean } = {},
): ArraySchema & Typed<Infer<S>[]> => ({ kind: 'array', info, items, minItems: 1, unique: true, ...limits });

/** Any number of items, which may repeat. */
export const list = <S extends Schema>(items: S): ArraySchema & Typed<Infer<S>[]> =>
  array(items, part, { minItems: 0, unique: false });

export const union = <const S extends readonly Schema[]>(
  options: S,
  info: Info<Infer<S[number]>> = part,
): UnionSchema & Typed<Infer<S[number]>> => ({ kind: 'union', info, options });

/** May be `null`, and is by default; the resolved config holds it. */
export const nullable = <S extends Schema>(schema: S): S & { readonly absent: 'null' } =>
  Object.assign({}, schema, { info: { ...schema.info, default: null }, absent: 'null' as const });

/** May be left out (or `null`); the resolved config then lacks it. */
export const optional = <S extends Schema>(schema: S): S & { readonly absent: 'missing' } => ({
  ...schema,
  absent: 'missing',
});

type Values<P> = {
  [K in keyof P as P[K] extends { absent: 'missing' } ? never : K]: Infer<P[K]>;
} & {
  [K in keyof P as P[K] extends { absent: 'missing' } ? K : never]?: Infer<P[K]>;
};
type Flat<T> = { [K in keyof T]: T[K] };

export const object = <P extends Record<string, Schema>>(
  info: Omit<Info<never>, 'default'>,
  properties: P,
): ObjectSchema & Typed<Flat<Values<P>>> & { readonly properties: P } => ({ kind: 'object', info, properties });

/** An object with values by any keys. */
export const record = <S extends Schema>(values: S): ObjectSchema & Typed<Record<string, Infer<S>>> => ({
  kind: 'object',
  info: part,
  properties: {},
  rest: values,
});

/** Whether a value that was read, such as JSON, is an object with names, and no list. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a value is one of the schema. Keys that it does not name may hold anything. */
export function accepts<S extends Schema>(schema: S, value: unknown): value is Infer<S> {
  if (value === null) return schema.absent === 'null';
  switch (schema.kind) {
    case 'object':
      return isRecord(value) && acceptsFields(schema, value);
    case 'array':
      return Array.isArray(value) && acceptsItems(schema, value);
    case 'union':
      return schema.options.some((option) => accepts(option, value));
    case 'boolean':
      return typeof value === 'boolean';
    case 'number':
      return typeof value === 'number' && numberFault(value, schema) === undefined;
    case 'string':
      return (
        typeof value === 'string' && (schema.values?.includes(value) ?? true) && value.length >= (schema.minLength ?? 0)
      );
  }
}

function acceptsFields({ properties, rest }: ObjectSchema, value: Record<string, unknown>): boolean {
  const known = Object.entries(properties).every(([key, property]) =>
    Object.hasOwn(value, key) && value[key] !== undefined
      ? accepts(property, value[key])
      : property.absent === 'missing',
  );
  const others = Object.entries(value).filter(([key]) => !Object.hasOwn(properties, key));
  return known && (rest === undefined || others.every(([, other]) => accepts(rest, other)));
}

const acceptsItems = ({ items, minItems, unique }: ArraySchema, values: readonly unknown[]): boolean =>
  values.length >= minItems &&
  values.every((value) => accepts(items, value)) &&
  (!unique || new Set(values).size === values.length);

/** What is wrong with a number, as the code of a diagnostic. */
export function numberFault(
  value: number,
  { min, max, above, below, integer }: NumberLimits,
): 'out-of-range' | 'not-integer' | undefined {
  if (!Number.isFinite(value)) return 'out-of-range';
  if (min !== undefined && value < min) return 'out-of-range';
  if (max !== undefined && value > max) return 'out-of-range';
  if (above !== undefined && value <= above) return 'out-of-range';
  if (below !== undefined && value >= below) return 'out-of-range';
  if (integer && !Number.isSafeInteger(value)) return 'not-integer';
  return undefined;
}

/** The value in a JSON text; undefined where that is no JSON, or none of the schema. */
export function parseJson<S extends Schema>(text: string, schema: S): Infer<S> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return accepts(schema, value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The object that was kept, with the defaults of the schema for what is missing or foreign. */
export function restored<S extends ObjectSchema>(schema: S, kept: unknown): Infer<S> {
  const from = isRecord(kept) ? kept : {};
  const fields = Object.entries(schema.properties).map(([key, property]) => {
    if (property.kind === 'object' && property.absent === undefined) return [key, restored(property, from[key])];
    return [key, accepts(property, from[key]) ? from[key] : property.info.default];
  });
  return Object.fromEntries(fields) as Infer<S>;
}
