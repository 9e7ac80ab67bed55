#!/usr/bin/env node
import { commands } from './commands/index.ts';
import { start } from './program.ts';

await start(commands);
