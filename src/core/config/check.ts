import type { Node } from 'jsonc-parser';
import { getNodeValue } from 'jsonc-parser';
import type { ConfigText } from './configText.ts';
import type { Diagnostic, Fix } from './diagnostics.ts';
import { sections } from './runConfig.ts';
import {
  accepts,
  numberFault,
  type ArraySchema,
  type NumberSchema,
  type ObjectSchema,
  type Schema,
  type StringSchema,
} from '../base/schema.ts';
import { nearest } from './spelling.ts';

/** Plain values as JSON has them, by key. */
export type Tree = { [key: string]: unknown };

/** A text checked against the schema: what in it is right, where it stands, and what is wrong. */
interface Checked {
  /** Only what agrees with the schema. */
  values: Tree;
  /** Value nodes by dotted key: `model`, `model.filterSizes`, `model.filterSizes.0`. */
  nodes: Map<string, Node>;
  /** Known keys that unknown ones were probably meant to be. */
  meant: Set<string>;
  diagnostics: Diagnostic[];
}

const wrong = Symbol('wrong');

/** Checks a whole text; `prefix` is the dotted key that the text is the value of (overrides). */
export function checkText(source: ConfigText, schema: Schema, prefix = ''): Checked & { value: unknown } {
  const checker = new Checker(source);
  const value = source.root ? checker.value(source.root, schema, prefix) : wrong;
  // what lies behind a syntax error may be an echo of it
  const diagnostics = checker.diagnostics.filter(({ offset }) => offset < source.brokenFrom);
  return {
    value: value === wrong ? undefined : value,
    values: typeof value === 'object' && value !== null ? (value as Tree) : {},
    nodes: checker.nodes,
    meant: checker.meant,
    diagnostics: diagnostics.map(({ diagnostic }) => diagnostic),
  };
}

class Checker {
  readonly nodes = new Map<string, Node>();
  readonly meant = new Set<string>();
  readonly diagnostics: { offset: number; diagnostic: Diagnostic }[] = [];

  constructor(private readonly source: ConfigText) {}

  private report(
    node: Node,
    key: string,
    code: string,
    message: string,
    fix?: Fix,
    severity: Diagnostic['severity'] = 'error',
  ): typeof wrong {
    const diagnostic: Diagnostic = { severity, code, message, range: this.source.rangeOf(node), key };
    if (fix) diagnostic.fix = fix;
    this.diagnostics.push({ offset: node.offset + node.length, diagnostic });
    return wrong;
  }

  private writeFix(node: Node, value: unknown): Fix {
    const edit = this.source.replace(node, value);
    return { title: `Write ${edit.newText}`, edits: [edit] };
  }

  /** The value of a node where it agrees with the schema, else `wrong` (and says so). */
  value(node: Node, schema: Schema, key: string): unknown {
    this.nodes.set(key, node);
    if (node.type === 'null' && schema.absent) return null;
    switch (schema.kind) {
      case 'object':
        return node.type === 'object' ? this.object(node, schema, key) : this.wrongType(node, schema, key);
      case 'array':
        return node.type === 'array' ? this.array(node, schema, key) : this.wrongType(node, schema, key);
      case 'union':
        return accepts(schema, getNodeValue(node)) ? getNodeValue(node) : this.wrongType(node, schema, key);
      case 'boolean':
        return node.type === 'boolean' ? node.value : this.wrongType(node, schema, key);
      case 'number':
        return node.type === 'number' ? this.number(node, schema, key) : this.wrongType(node, schema, key);
      case 'string':
        return node.type === 'string' ? this.string(node, schema, key) : this.wrongType(node, schema, key);
    }
  }

  private object(node: Node, schema: ObjectSchema, key: string): Tree {
    const values: Tree = {};
    const seen = new Map<string, Node>();
    for (const property of node.children ?? []) {
      const [nameNode, valueNode] = property.children ?? [];
      const name = String(nameNode.value);
      const full = key ? `${key}.${name}` : name;
      if (property.colonOffset === undefined) continue; // half a property: its missing colon is complained about already
      const earlier = seen.get(name);
      if (earlier) this.duplicate(property, nameNode, earlier, full);
      seen.set(name, nameNode);
      if (!Object.hasOwn(schema.properties, name)) this.unknown(property, nameNode, schema, key);
      else if (valueNode) {
        const value = this.value(valueNode, schema.properties[name], full);
        if (value !== wrong) values[name] = value;
      }
    }
    return values;
  }

  private duplicate(property: Node, nameNode: Node, earlier: Node, key: string): void {
    const line = this.source.rangeOf(earlier).start.line + 1;
    const fix = { title: 'Remove this repeat', edits: [this.source.remove(property)] };
    this.report(nameNode, key, 'duplicate-key', `${key} is already given on line ${line}.`, fix);
  }

  private unknown(property: Node, nameNode: Node, schema: ObjectSchema, section: string): void {
    const name = String(nameNode.value);
    const key = section ? `${section}.${name}` : name;
    const near = nearest(name, Object.keys(schema.properties));
    const elsewhere = keyNamed(name);
    const where = section ? `in ${section}` : 'at the top of a config';
    if (near) {
      this.meant.add(section ? `${section}.${near}` : near);
      const edits = [this.source.replace(nameNode, near)];
      this.report(nameNode, key, 'unknown-key', `There is no key "${name}" ${where}. Did you mean "${near}"?`, {
        title: `Change to "${near}"`,
        edits,
      });
    } else {
      if (elsewhere) this.meant.add(elsewhere);
      const hint = elsewhere
        ? `Did you mean ${elsewhere}?`
        : `Known are: ${Object.keys(schema.properties).join(', ')}.`;
      const fix = { title: `Remove "${name}"`, edits: [this.source.remove(property)] };
      this.report(nameNode, key, 'unknown-key', `There is no key "${name}" ${where}. ${hint}`, fix);
    }
  }

  private array(node: Node, schema: ArraySchema, key: string): unknown {
    const items = node.children ?? [];
    const values = items.map((item, i) => this.value(item, schema.items, `${key}.${i}`));
    if (values.includes(wrong)) return wrong;
    if (values.length < schema.minItems) {
      return this.report(
        node,
        key,
        'too-few-items',
        `${key} needs at least ${schema.minItems} entry.`,
        this.defaultFix(node, schema),
      );
    }
    const repeat = values.findIndex((value, i) => values.indexOf(value) < i);
    if (schema.unique && repeat >= 0) {
      const fix = this.writeFix(node, [...new Set(values)]);
      return this.report(
        items[repeat],
        `${key}.${repeat}`,
        'repeated-item',
        `${key} lists ${String(values[repeat])} twice.`,
        fix,
      );
    }
    return values;
  }

  private number(node: Node, schema: NumberSchema, key: string): unknown {
    const value: number = node.value;
    const fault = numberFault(value, schema);
    if (!fault) return value;
    const { min, max } = schema;
    let better: unknown = fault === 'not-integer' ? Math.round(value) : undefined;
    if (min !== undefined && value < min) better = min;
    if (max !== undefined && value > max) better = max;
    const fix = better === undefined ? this.defaultFix(node, schema) : this.writeFix(node, better);
    return this.report(
      node,
      key,
      fault,
      `${key} must be ${expected(schema)}, but is ${this.source.textOf(node)}.`,
      fix,
    );
  }

  private string(node: Node, schema: StringSchema, key: string): unknown {
    const value: string = node.value;
    if (schema.values && !schema.values.includes(value)) {
      const near = nearest(value, schema.values);
      const hint = near ? ` Did you mean "${near}"?` : '';
      const message = `${key} must be ${expected(schema)}, but is "${value}".${hint}`;
      return this.report(
        node,
        key,
        'unknown-value',
        message,
        near ? this.writeFix(node, near) : this.defaultFix(node, schema),
      );
    }
    if (value.length < (schema.minLength ?? 0)) {
      return this.report(node, key, 'empty-text', `${key} must not be empty.`, this.defaultFix(node, schema));
    }
    return value;
  }

  private wrongType(node: Node, schema: Schema, key: string): typeof wrong {
    const converted = convert(node, schema);
    const fix = converted === undefined ? this.defaultFix(node, schema) : this.writeFix(node, converted);
    const message = `${key || 'A config'} must be ${expected(schema)}, but is ${named(node)}.`;
    return this.report(node, key, 'wrong-type', message, fix);
  }

  private defaultFix(node: Node, schema: Schema): Fix | undefined {
    const value = schema.info.default;
    if (value === undefined || value === null) return undefined;
    const edit = this.source.replace(node, value);
    return { title: `Write the default ${edit.newText}`, edits: [edit] };
  }
}

/** The same value in the type that was wanted, where that is plain: "5" -> 5, 5 -> [5], "true" -> true. */
function convert(node: Node, schema: Schema): unknown {
  const value: unknown = node.value;
  const candidates: unknown[] = [];
  if (schema.kind === 'number' && typeof value === 'string' && value.trim()) candidates.push(Number(value));
  if (schema.kind === 'boolean') candidates.push({ true: true, false: false, 1: true, 0: false }[String(value)]);
  if (schema.kind === 'string' && (typeof value === 'number' || typeof value === 'boolean'))
    candidates.push(String(value));
  if (schema.kind === 'array' && value !== undefined && value !== null) candidates.push([value]);
  return candidates.find((candidate) => candidate !== undefined && accepts(schema, candidate));
}

const quoted = (values: readonly string[]): string => values.map((value) => `"${value}"`).join(', ');
const amount = (n: number): string =>
  Math.abs(n) < 1e21 ? n.toLocaleString('en-US', { maximumFractionDigits: 20 }) : String(n);

/** What a schema accepts, as the end of "must be …". */
export function expected(schema: Schema): string {
  switch (schema.kind) {
    case 'object':
      return 'an object { … }';
    case 'array':
      return `a list of ${schema.items.kind === 'number' ? 'numbers' : 'entries'} [ … ]`;
    case 'union':
      return schema.options.map(expected).join(', or ');
    case 'boolean':
      return 'true or false';
    case 'string':
      if (schema.values) return `${schema.absent === 'null' ? 'null or ' : ''}one of ${quoted(schema.values)}`;
      return schema.path ? 'a path in double quotes' : 'text in double quotes';
    case 'number':
      return `${schema.integer ? 'a whole number' : 'a number'}${bounds(schema)}${schema.absent === 'null' ? ', or null' : ''}`;
  }
}

function bounds({ min, max, above, below }: NumberSchema): string {
  if (min !== undefined && max !== undefined) return ` from ${amount(min)} to ${amount(max)}`;
  const low = min !== undefined ? `of at least ${amount(min)}` : above !== undefined ? `above ${amount(above)}` : '';
  const high = max !== undefined ? `at most ${amount(max)}` : below !== undefined ? `below ${amount(below)}` : '';
  return [low, high].filter(Boolean).length ? ` ${[low, high].filter(Boolean).join(' and ')}` : '';
}

function named(node: Node): string {
  const names: Record<string, string> = { object: 'an object', array: 'a list', null: 'null' };
  return names[node.type] ?? (node.type === 'string' ? `the text ${JSON.stringify(node.value)}` : String(node.value));
}

/** The dotted key that has this name, or carries the original program's flag of this name. */
function keyNamed(name: string): string | undefined {
  for (const [section, { properties }] of Object.entries(sections)) {
    for (const [key, schema] of Object.entries(properties)) {
      const flags = schema.info.flags ?? [];
      if (key === name || flags.includes(`--${name.replace(/^--/, '')}`)) return `${section}.${key}`;
    }
  }
  return undefined;
}
