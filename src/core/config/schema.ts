/**
 * A small schema language. One value of it describes a config; the TypeScript type (`Infer`), the JSON Schema
 * (`jsonSchema.ts`) and the validator (`validate.ts`) are read off it, so that the three cannot disagree.
 */

/** What every key says about itself. */
export interface Info<T> {
  /** What the key does, in a sentence or two; names the seed's flag where there is one. */
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

export interface NumberLimits {
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
}
export type Schema = StringSchema | NumberSchema | BooleanSchema | ArraySchema | UnionSchema | ObjectSchema;

export const string = (
  info: Info<string>,
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
  info: Info<NoInfer<T>>,
): StringSchema & Typed<T> => ({ kind: 'string', info, values });

export const number = (info: Info<number>, limits: NumberLimits = {}): NumberSchema & Typed<number> => ({
  kind: 'number',
  info,
  ...limits,
});

export const integer = (info: Info<number>, limits: NumberLimits = {}): NumberSchema & Typed<number> =>
  number(info, { ...limits, integer: true });

export const boolean = (info: Info<boolean>): BooleanSchema & Typed<boolean> => ({ kind: 'boolean', info });

/** A part of a union or the item of an array: its meaning is told by the key around it. */
export const part: Info<never> = { description: '', source: '' };

export const array = <S extends Schema>(
  items: S,
  info: Info<Infer<S>[]>,
  limits: { minItems?: number; unique?: boolean } = {},
): ArraySchema & Typed<Infer<S>[]> => ({ kind: 'array', info, items, minItems: 1, unique: true, ...limits });

export const union = <S extends readonly Schema[]>(
  options: S,
  info: Info<Infer<S[number]>>,
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
