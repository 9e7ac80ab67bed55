import { Readable } from 'node:stream';
import { commands } from '../../src/cli/commands/index.ts';
import { run } from '../../src/cli/run.ts';
import type { Command } from '../../src/cli/command.ts';
import { Terminal } from '../../src/cli/terminal/terminal.ts';

export interface Called {
  code: number;
  out: string;
  err: string;
  json: <T>() => T;
}

/** Calls the tool as a shell would, with streams in memory. */
export async function call(
  argv: string[],
  options: {
    stdin?: string | Buffer;
    signal?: AbortSignal;
    commands?: readonly Command[];
    isTTY?: boolean;
    onLog?: (text: string) => void;
  } = {},
): Promise<Called> {
  let out = '';
  let err = '';
  const isTTY = options.isTTY ?? false;
  const terminal = new Terminal({
    stdout: { write: (text) => (out += text), isTTY },
    stderr: {
      write: (text) => {
        err += text;
        options.onLog?.(text);
      },
      isTTY: false,
    },
    stdin: Readable.from(options.stdin === undefined ? [] : [Buffer.from(options.stdin)]),
    env: {},
  });
  const signal = options.signal ?? new AbortController().signal;
  const code = await run(options.commands ?? commands, argv, terminal, signal);
  return { code, out, err, json: <T>() => JSON.parse(out) as T };
}
