import { mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRun } from '../../../src/core/training/runFolder.ts';
import { temporaryFolders } from './folder.ts';
import { makeConfig, run } from './setup.ts';

const newFolder = temporaryFolders();

describe('a run folder from somebody else', () => {
  it('is not worked in where its name would lead out of the folder of the runs', async () => {
    const folder = await newFolder();
    const config = makeConfig(join(folder, 'runs'));
    config.output.name = '../other';
    await expect(run(config)).rejects.toMatchObject({ code: 'bad-run-name' });
  });

  it.each(['checkpoints', 'metrics.jsonl', 'checkpoints/last.safetensors'])(
    'is neither read nor resumed where %s is a link',
    async (name) => {
      const folder = await newFolder();
      const { result } = await run(makeConfig(folder, { epochs: 1 }));
      const elsewhere = join(folder, 'elsewhere');
      await mkdir(elsewhere);
      await rename(join(result.folder, name), join(elsewhere, 'x'));
      await symlink(join(elsewhere, 'x'), join(result.folder, name));
      await writeFile(join(elsewhere, 'kept'), 'kept');
      const refused = { code: 'linked-run', place: { file: join(result.folder, name) } };
      await expect(readRun(result.folder)).rejects.toMatchObject(refused);
      await expect(run(makeConfig(folder, { epochs: 2 }), { resume: result.folder })).rejects.toMatchObject(refused);
      expect(await readFile(join(elsewhere, 'kept'), 'utf8')).toBe('kept');
    },
  );

  it('may be a link itself', async () => {
    const folder = await newFolder();
    const { result } = await run(makeConfig(folder, { epochs: 1 }));
    await symlink(result.folder, join(folder, 'linked'));
    expect((await readRun(join(folder, 'linked'))).name).toBe('linked');
  });
});
