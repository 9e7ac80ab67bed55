import { Cancelled, UserError } from '../../core/base/errors.ts';
import { jsonValue, safeJson } from './text.ts';

type Write = (text: string) => Promise<void>;

/** Text that is pending before it is written. */
const pieceLength = 1 << 16;
/** Values deeper down are small enough to be turned into text at once. */
const deepest = 4;
const step = '  ';

/** What a program is given of an error. */
export function errorJson(error: unknown): object {
  if (error instanceof Cancelled) return { code: 'interrupted', message: 'Interrupted' };
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof UserError) return { code: error.code, message, remedy: error.remedy, ...error.place };
  return { code: 'internal-fault', message, stack: error instanceof Error ? error.stack : message };
}

/**
 * Writes a value as `safeJson(value, 2)` has it, piece by piece: a string cannot hold a result of any length. An asynchronous
 * iterable is a list whose items come one by one. Where it throws, the list is closed and the document ends with the error
 * under "error", so that it is JSON still; what was thrown is returned.
 */
export async function writeJson(value: unknown, write: Write): Promise<{ failure?: unknown }> {
  const writer = new JsonWriter(write);
  await writer.value(value, '', 0);
  await writer.end();
  return writer.outcome;
}

class JsonWriter {
  readonly outcome: { failure?: unknown } = {};
  private pending = '';

  constructor(private readonly write: Write) {}

  async value(given: unknown, indent: string, depth: number): Promise<void> {
    const value = jsonValue('', given);
    if (isStream(value)) await this.stream(value, indent + step);
    else if (depth === deepest || typeof value !== 'object' || value === null || 'toJSON' in value)
      await this.put(nested(value, indent));
    else if (Array.isArray(value)) await this.list(value, indent, depth);
    else await this.members(value, indent, depth);
  }

  async end(): Promise<void> {
    await this.write(`${this.pending}\n`);
  }

  private async put(text: string): Promise<void> {
    this.pending += text;
    if (this.pending.length < pieceLength) return;
    const { pending } = this;
    this.pending = '';
    await this.write(pending);
  }

  private async stream(items: AsyncIterable<unknown>, indent: string): Promise<void> {
    let isEmpty = true;
    await this.put('[');
    try {
      for await (const item of items) {
        await this.put(`${isEmpty ? '' : ','}\n${indent}${nested(item, indent)}`);
        isEmpty = false;
      }
    } catch (error) {
      this.outcome.failure = error;
    }
    await this.put(isEmpty ? ']' : `\n${indent.slice(step.length)}]`);
  }

  private async list(items: readonly unknown[], indent: string, depth: number): Promise<void> {
    if (!items.length) return this.put('[]');
    const inner = indent + step;
    await this.put('[');
    for (let i = 0; i < items.length; i++) {
      this.pending += `${i ? ',' : ''}\n${inner}`;
      await this.value(items[i], inner, depth + 1);
    }
    await this.put(`\n${indent}]`);
  }

  private async members(value: object, indent: string, depth: number): Promise<void> {
    const entries = Object.entries(value).filter(([, member]) => member !== undefined && typeof member !== 'function');
    if (!entries.length) return this.put('{}');
    const inner = indent + step;
    await this.put('{');
    for (const [i, [name, member]] of entries.entries()) {
      this.pending += `${i ? ',' : ''}\n${inner}${safeJson(name)}: `;
      await this.value(member, inner, depth + 1);
    }
    if (depth === 0 && 'failure' in this.outcome)
      this.pending += `,\n${inner}"error": ${nested(errorJson(this.outcome.failure), inner)}`;
    await this.put(`\n${indent}}`);
  }
}

const nested = (value: unknown, indent: string): string =>
  value === undefined ? 'null' : safeJson(value, step.length).replaceAll('\n', `\n${indent}`);

const isStream = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
