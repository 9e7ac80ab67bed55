import { type NetworkShape, parameters, type Weights } from '../../model/network.ts';
import type { GraphTarget } from '../networkGraph.ts';
import { bytes, integer, integers, type Message, repeated, text } from './protobuf.ts';

/** TensorProto.DataType */
const float = 1;
const int64 = 7;

/** Numbers of the fields are those of onnx.proto3, opset 13. */
export class OnnxGraph implements GraphTarget<string> {
  readonly ids = 'input_ids';
  private readonly nodes: Message[] = [];
  private readonly initializers = new Map<string, Message>();
  private readonly shapes: ReadonlyMap<string, number[]>;

  constructor(
    shape: NetworkShape,
    private readonly weights: Weights,
  ) {
    this.shapes = new Map(parameters(shape).map((spec) => [spec.name, spec.shape]));
  }

  /** GraphProto, with `output` renamed to `probabilities`. */
  message(name: string, output: string, labels: number): Message {
    this.node('Identity', [output], {}, 'probabilities');
    return [
      ...repeated(1, this.nodes),
      ...text(2, name),
      ...repeated(5, [...this.initializers.values()]),
      ...bytes(11, valueInfo(this.ids, int64, ['documents', 'words'])),
      ...bytes(12, valueInfo('probabilities', float, ['documents', labels])),
    ];
  }

  padded(ids: string, count: number): string {
    return this.node('Pad', [ids, this.integers([0, 0, 0, count]), this.integer(0)], { mode: 'constant' });
  }
  columns(x: string, from: number, end = 2 ** 31 - 1): string {
    return this.node('Slice', [x, this.integers([from]), this.integers([end]), this.integers([1])]);
  }
  counted(x: string): string {
    const ones = this.node('Expand', [this.integer(1), this.node('Shape', [x])]);
    return this.node('CumSum', [ones, this.integer(1)]);
  }
  isWord(ids: string): string {
    return this.cast(this.node('Not', [this.node('Equal', [ids, this.integer(0)])]), int64);
  }
  product(a: string, b: string): string {
    return this.node('Mul', [a, b]);
  }
  rowMaximum(x: string): string {
    return this.node('ReduceMax', [x], { axes: [1], keepdims: 1 });
  }
  plus(a: string, n: number): string {
    return this.node('Add', [a, this.integer(n)]);
  }
  times(a: string, n: number): string {
    return this.node('Mul', [a, this.integer(n)]);
  }
  quotient(a: string, n: number): string {
    return this.node('Div', [a, this.integer(n)]);
  }
  atLeast(a: string, n: number): string {
    return this.node('Max', [a, this.integer(n)]);
  }
  within(x: string, first: string | undefined, last: string): string {
    const before = this.node('LessOrEqual', [x, last]);
    const inside = first === undefined ? before : this.node('And', [this.node('Greater', [x, first]), before]);
    return this.cast(inside, float);
  }
  embedded(ids: string): string {
    return this.node('Gather', [this.parameter('embedding'), ids], { axis: 0 });
  }
  convolved(vectors: string, k: number, stride: number): string {
    const inputs = [this.node('Transpose', [vectors], { perm: [0, 2, 1] }), ...this.layer(`conv${k}`)];
    return this.node('Conv', inputs, { kernel_shape: [k], strides: [stride] });
  }
  relu(x: string): string {
    return this.node('Relu', [x]);
  }
  maximumOf(outputs: string, chosen: string): string {
    return this.node('ReduceMax', [this.node('Mul', [outputs, this.between(chosen)])], { axes: [2], keepdims: 0 });
  }
  meanOf(outputs: string, chosen: string): string {
    const sum = this.node('ReduceSum', [this.node('Mul', [outputs, this.between(chosen)]), this.integers([2])], {
      keepdims: 0,
    });
    return this.node('Div', [sum, this.node('ReduceSum', [chosen, this.integers([1])], { keepdims: 1 })]);
  }
  flat(outputs: string): string {
    return this.node('Flatten', [outputs], { axis: 1 });
  }
  larger(a: string, b: string): string {
    return this.node('Max', [a, b]);
  }
  interleaved(chunks: string[]): string {
    const beside = chunks.map((chunk) => this.node('Unsqueeze', [chunk, this.integers([2])]));
    return this.flat(this.node('Concat', beside, { axis: 2 }));
  }
  joined(parts: string[]): string {
    return parts.length === 1 ? parts[0] : this.node('Concat', parts, { axis: 1 });
  }
  dense(x: string, layer: 'hidden' | 'output'): string {
    return this.node('Gemm', [x, ...this.layer(layer)], { transB: 1 });
  }
  sigmoid(x: string): string {
    return this.node('Sigmoid', [x]);
  }

  private cast(x: string, to: number): string {
    return this.node('Cast', [x], { to });
  }

  /** A mask of windows for outputs of filters.  [B, 1, n] */
  private between(chosen: string): string {
    return this.node('Unsqueeze', [chosen, this.integers([1])]);
  }

  private layer(name: string): string[] {
    return [this.parameter(`${name}.weight`), this.parameter(`${name}.bias`)];
  }

  private parameter(name: string): string {
    const data = this.weights.get(name)!;
    return this.initializer(name, this.shapes.get(name)!, float, data);
  }

  private integer(value: number): string {
    return this.initializer(`integer ${value}`, [], int64, BigInt64Array.of(BigInt(value)));
  }

  private integers(values: number[]): string {
    return this.initializer(`integers ${values}`, [values.length], int64, BigInt64Array.from(values, BigInt));
  }

  /** TensorProto */
  private initializer(name: string, shape: number[], type: number, data: Float32Array | BigInt64Array): string {
    const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    if (!this.initializers.has(name))
      this.initializers.set(name, [...integers(1, shape), ...integer(2, type), ...text(8, name), ...bytes(9, [raw])]);
    return name;
  }

  /** NodeProto */
  private node(
    operator: string,
    inputs: string[],
    attributes: Record<string, number | number[] | string> = {},
    output = `${operator} ${this.nodes.length}`,
  ): string {
    this.nodes.push([
      ...inputs.flatMap((input) => text(1, input)),
      ...text(2, output),
      ...text(3, output),
      ...text(4, operator),
      ...Object.entries(attributes).flatMap(([name, value]) => bytes(5, attribute(name, value))),
    ]);
    return output;
  }
}

/** AttributeProto */
function attribute(name: string, value: number | number[] | string): Message {
  if (typeof value === 'string') return [...text(1, name), ...text(4, value), ...integer(20, 3)];
  if (typeof value === 'number') return [...text(1, name), ...integer(3, value), ...integer(20, 2)];
  return [...text(1, name), ...integers(8, value), ...integer(20, 7)];
}

/** ValueInfoProto of a tensor; a size that is a name may be any number. */
function valueInfo(name: string, type: number, sizes: (number | string)[]): Message {
  const dimensions = sizes.map((size) => (typeof size === 'number' ? integer(1, size) : text(2, size)));
  const tensor = [...integer(1, type), ...bytes(2, repeated(1, dimensions))];
  return [...text(1, name), ...bytes(2, bytes(1, tensor))];
}
