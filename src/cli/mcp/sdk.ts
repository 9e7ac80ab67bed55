/** The protocol's own library: a file of its own beside the command line, which other commands do not load. */
import * as mini from 'zod/mini';

export { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
export { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
export type { infer as Infer, ZodMiniObject, ZodMiniType } from 'zod/mini';

/** What inputs are made of; no more, so that the rest of zod is left out. */
export const z = {
  array: mini.array,
  boolean: mini.boolean,
  describe: mini.describe,
  enum: mini.enum,
  int: mini.int,
  maximum: mini.maximum,
  maxLength: mini.maxLength,
  minimum: mini.minimum,
  minLength: mini.minLength,
  optional: mini.optional,
  string: mini.string,
} as const;
