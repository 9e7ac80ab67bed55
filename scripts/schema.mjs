// Writes schemas/xmlcnn.schema.json from src/core/config; with --check it only compares, and fails where the file is stale.
import { build } from 'esbuild';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = join(root, 'schemas', 'xmlcnn.schema.json');
const folder = await mkdtemp(join(tmpdir(), 'xmlcnn-schema-'));
try {
  const outfile = join(folder, 'jsonSchema.mjs');
  await build({
    entryPoints: [join(root, 'src/core/config/jsonSchema.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  });
  const { jsonSchemaText } = await import(pathToFileURL(outfile).href);
  const text = await format(jsonSchemaText(), { ...(await resolveConfig(target)), parser: 'json' });
  if (process.argv.includes('--check')) {
    const present = await readFile(target, 'utf8').catch(() => '');
    if (present !== text) {
      console.error('schemas/xmlcnn.schema.json is stale: run node scripts/schema.mjs');
      process.exitCode = 1;
    }
  } else {
    await writeFile(target, text);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
