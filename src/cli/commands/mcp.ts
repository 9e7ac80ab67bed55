import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Command } from '../command.ts';
import { Roots } from '../mcp/roots.ts';

export const mcp: Command = {
  name: 'mcp',
  summary: 'Serve assistants: inspect, find, validate, train, compare and predict as tools (Model Context Protocol)',
  details:
    'Speaks the Model Context Protocol on standard input and output, for editors and assistants that start it. It reads below the roots alone, after following links, and starts training runs only with --allow-runs.',
  positionals: [],
  options: {
    root: { value: 'FOLDER', description: 'Folder that may be read (default: the working folder)', multiple: true },
    'allow-runs': { description: 'Offer tools that start and stop training runs' },
  },
  examples: ['xmlcnn mcp --root data --root runs', 'xmlcnn mcp --allow-runs'],
  async run(args, _, signal) {
    const named = args.list('root');
    const roots = await Roots.of(named.length > 0 ? named : ['.']);
    const { serve } = await import('../mcp/server.ts'); // not for the other commands
    const program = dirname(await realpath(process.argv[1]));
    await serve({ roots, ...(args.flag('allow-runs') && { runner: join(program, 'runner', 'main.js') }) }, signal);
    return { json: undefined };
  },
};
