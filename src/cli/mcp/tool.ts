import type { Infer, ZodMiniObject, ZodMiniType } from './sdk.ts';
import type { Answer } from './answers.ts';

type Input = Record<string, ZodMiniType>;

/** One tool: what an assistant is told of it, and what it does. */
export interface Tool<I extends Input = Input> {
  name: string;
  title: string;
  /** When to use it and when not. */
  description: string;
  input: I;
  /** Whether it changes files. */
  writes?: boolean;
  run(asked: Infer<ZodMiniObject<I>>, signal: AbortSignal): Promise<Answer>;
}

/** Keeps the types of a tool's input where it is written, not where tools are listed. */
export const tool = <I extends Input>(one: Tool<I>): Tool => one as unknown as Tool;

/** A path in a command line. */
export const quoted = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`);
