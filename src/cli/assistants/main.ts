/** `xmlcnn mcp` alone, as the editor starts it: it lies beside the runner, whose pieces it shares. */
import { serverCommand } from '../commands/mcp.ts';
import { start } from '../program.ts';

await start([serverCommand('main.js')]);
