import type { NetworkShape, Weights } from '../../model/network.ts';
import { parameters } from '../../model/network.ts';
import type { GraphTarget } from '../networkGraph.ts';

/** A constant of the graph: its numbers stand in the weight files. */
interface Constant {
  name: string;
  shape: number[];
  dtype: 'float32' | 'int32';
  data: Float32Array | Int32Array;
}

type Attribute =
  | { type: 'DT_FLOAT' | 'DT_INT32' }
  | { b: boolean }
  | { i: string }
  | { s: string }
  | { list: { i: string[] } }
  | { shape: { dim: { size: string }[] } }
  | { tensor: { dtype: string; tensorShape: { dim: { size: string }[] } } };

/** NodeDef, as TensorFlow writes it in JSON. */
interface Node {
  name: string;
  op: string;
  input?: string[];
  attr: Record<string, Attribute>;
}

/** Outputs of a filter lie in the last axis: [B, n, F]. */
export class TensorFlowGraph implements GraphTarget<string> {
  readonly ids = 'input_ids';
  readonly nodes: Node[] = [];
  readonly constants = new Map<string, Constant>();
  private readonly shapes: ReadonlyMap<string, number[]>;

  constructor(
    shape: NetworkShape,
    private readonly weights: Weights,
  ) {
    this.shapes = new Map(parameters(shape).map((spec) => [spec.name, spec.shape]));
    this.nodes.push({ name: this.ids, op: 'Placeholder', attr: { dtype: int32, shape: { shape: sizes([-1, -1]) } } });
  }

  padded(ids: string, count: number): string {
    return this.node('Pad', [ids, this.integers([0, 0, 0, count], [2, 2])], { T: int32 });
  }
  columns(x: string, from: number, end?: number): string {
    const inputs = [x, this.integers([0, from]), this.integers([0, end ?? 0]), this.integers([1, 1])];
    const masks = { begin_mask: count(1), end_mask: count(end === undefined ? 3 : 1) };
    return this.node('StridedSlice', inputs, { ...masks, ...noOtherMasks });
  }
  counted(x: string): string {
    const ones = this.node('OnesLike', [x], { T: int32 });
    return this.node('Cumsum', [ones, this.integer(1)], { exclusive: { b: false }, reverse: { b: false } });
  }
  isWord(ids: string): string {
    return this.node('Cast', [this.node('NotEqual', [ids, this.integer(0)])], { DstT: int32 });
  }
  product(a: string, b: string): string {
    return this.node('Mul', [a, b]);
  }
  rowMaximum(x: string): string {
    return this.node('Max', [x, this.integers([1])], { keep_dims: { b: true } });
  }
  plus(a: string, n: number): string {
    return this.node('AddV2', [a, this.integer(n)]);
  }
  times(a: string, n: number): string {
    return this.node('Mul', [a, this.integer(n)]);
  }
  quotient(a: string, n: number): string {
    return this.node('FloorDiv', [a, this.integer(n)]);
  }
  atLeast(a: string, n: number): string {
    return this.node('Maximum', [a, this.integer(n)]);
  }
  within(x: string, first: string | undefined, last: string): string {
    const before = this.node('LessEqual', [x, last]);
    const inside = first === undefined ? before : this.node('LogicalAnd', [this.node('Greater', [x, first]), before]);
    return this.node('Cast', [inside], { DstT: float });
  }
  embedded(ids: string): string {
    return this.node('GatherV2', [this.parameter('embedding'), ids, this.integer(0)], { batch_dims: count(0) });
  }
  convolved(vectors: string, k: number, stride: number): string {
    const [filters, dim] = this.shapes.get(`conv${k}.weight`)!;
    const image = this.node('ExpandDims', [vectors, this.integer(1)]);
    const weight = this.parameter(`conv${k}.weight`, [1, k, dim, filters], (data) =>
      windowFirst(data, filters, dim, k),
    );
    const outputs = this.node('Conv2D', [image, weight], {
      strides: counts([1, 1, stride, 1]),
      dilations: counts([1, 1, 1, 1]),
      padding: { s: base64('VALID') },
      data_format: { s: base64('NHWC') },
    });
    const biased = this.node('BiasAdd', [outputs, this.parameter(`conv${k}.bias`)]);
    return this.node('Squeeze', [biased], { squeeze_dims: counts([1]) });
  }
  relu(x: string): string {
    return this.node('Relu', [x]);
  }
  maximumOf(outputs: string, chosen: string): string {
    const masked = this.node('Mul', [outputs, this.between(chosen)]);
    return this.node('Max', [masked, this.integers([1])], { keep_dims: { b: false } });
  }
  meanOf(outputs: string, chosen: string): string {
    const masked = this.node('Mul', [outputs, this.between(chosen)]);
    const sum = this.node('Sum', [masked, this.integers([1])], { keep_dims: { b: false } });
    return this.node('RealDiv', [sum, this.node('Sum', [chosen, this.integers([1])], { keep_dims: { b: true } })]);
  }
  flat(outputs: string, length: number): string {
    const byFilter = this.node('Transpose', [outputs, this.integers([0, 2, 1])]);
    return this.node('Reshape', [byFilter, this.integers([-1, length])]);
  }
  larger(a: string, b: string): string {
    return this.node('Maximum', [a, b]);
  }
  interleaved(chunks: string[], length: number): string {
    const beside = this.node('Pack', chunks, { axis: count(2), N: count(chunks.length) });
    return this.node('Reshape', [beside, this.integers([-1, length])]);
  }
  joined(parts: string[]): string {
    if (parts.length === 1) return parts[0];
    return this.node('ConcatV2', [...parts, this.integer(1)], { N: count(parts.length) });
  }
  dense(x: string, layer: 'hidden' | 'output'): string {
    const [out, inputs] = this.shapes.get(`${layer}.weight`)!;
    const weight = this.parameter(`${layer}.weight`, [inputs, out], (data) => transposed(data, out, inputs));
    const product = this.node('MatMul', [x, weight], { transpose_a: { b: false }, transpose_b: { b: false } });
    return this.node('BiasAdd', [product, this.parameter(`${layer}.bias`)]);
  }
  sigmoid(x: string): string {
    return this.node('Sigmoid', [x], {}, 'probabilities');
  }

  /** A mask of windows for outputs of filters.  [B, n, 1] */
  private between(chosen: string): string {
    return this.node('ExpandDims', [chosen, this.integer(2)]);
  }

  private parameter(
    name: string,
    shape = this.shapes.get(name)!,
    arranged: (data: Float32Array) => Float32Array = (data) => data,
  ): string {
    const data = this.weights.get(name)!;
    return this.constant({ name, shape, dtype: 'float32', data: arranged(data) });
  }

  private integer(value: number): string {
    return this.constant({ name: `integer_${name(value)}`, shape: [], dtype: 'int32', data: Int32Array.of(value) });
  }

  private integers(values: number[], shape = [values.length]): string {
    const label = `integers_${values.map(name).join('_')}`;
    return this.constant({ name: label, shape, dtype: 'int32', data: Int32Array.from(values) });
  }

  private constant(constant: Constant): string {
    const { name: label, shape, dtype } = constant;
    if (this.constants.has(label)) return label;
    const type = dtype === 'float32' ? float : int32;
    const value = { tensor: { dtype: type.type, tensorShape: sizes(shape) } };
    this.constants.set(label, constant);
    this.nodes.push({ name: label, op: 'Const', attr: { dtype: type, value } });
    return label;
  }

  private node(op: string, input: string[], attr: Record<string, Attribute> = {}, called?: string): string {
    const label = called ?? `${op}_${this.nodes.length}`;
    this.nodes.push({ name: label, op, input, attr });
    return label;
  }
}

const float = { type: 'DT_FLOAT' } as const;
const int32 = { type: 'DT_INT32' } as const;
const count = (value: number): Attribute => ({ i: String(value) });
const counts = (values: number[]): Attribute => ({ list: { i: values.map(String) } });
const sizes = (shape: number[]) => ({ dim: shape.map((size) => ({ size: String(size) })) });
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const noOtherMasks = { ellipsis_mask: count(0), new_axis_mask: count(0), shrink_axis_mask: count(0) };
/** A number in the name of a node. */
const name = (value: number): string => (value < 0 ? `minus${-value}` : String(value));

/** [F, D, k] to [k, D, F] */
function windowFirst(data: Float32Array, filters: number, dim: number, k: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let f = 0; f < filters; f++)
    for (let d = 0; d < dim; d++)
      for (let j = 0; j < k; j++) out[(j * dim + d) * filters + f] = data[(f * dim + d) * k + j];
  return out;
}

function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = data[r * columns + c];
  return out;
}
