// Writes what follows from src/core into other files: schemas/xmlcnn.schema.json and docs/config.md from the config's schema, and
// the `when` clauses of package.json from the list of dataset endings. With --check it only compares, and fails where one is stale.
import { build } from 'esbuild';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A file, the module that it follows from, and its text by that module and what is there. */
const derived = [
  {
    file: 'schemas/xmlcnn.schema.json',
    from: 'src/core/config/jsonSchema.ts',
    text: ({ jsonSchemaText }) => jsonSchemaText(),
  },
  {
    file: 'docs/config.md',
    from: 'src/core/config/jsonSchema.ts',
    text: ({ configReferenceText }) => configReferenceText(),
  },
  {
    file: 'package.json',
    from: 'src/core/data/datasetEndings.ts',
    text: ({ withDatasetClauses }, present) => JSON.stringify(withDatasetClauses(JSON.parse(present))),
  },
];

const folder = await mkdtemp(join(tmpdir(), 'xmlcnn-derived-'));
try {
  for (const { file, from, text } of derived) {
    const outfile = join(folder, `${derived.findIndex((one) => one.file === file)}.mjs`);
    await build({
      entryPoints: [join(root, from)],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'warning',
    });
    const target = join(root, file);
    const present = await readFile(target, 'utf8').catch(() => '{}');
    const made = text(await import(pathToFileURL(outfile).href), present);
    const wanted = await format(made, { ...(await resolveConfig(target)), filepath: target });
    if (wanted === present) continue;
    if (process.argv.includes('--check')) {
      console.error(`${file} is stale: run node scripts/derived.mjs`);
      process.exitCode = 1;
    } else {
      await writeFile(target, wanted);
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
