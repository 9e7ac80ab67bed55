// Puts SwiftShader, a graphics adapter that computes on the processor, into the user's cache, so that the WebGPU engine can be
// tested on machines without a graphics card: node test/swiftshader/setup.mjs. It is in an npm package for serverless Chromium,
// which is fetched by itself, pinned by its hash; nothing of the product depends on it.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { swiftshaderFolder } from './folder.mjs';

const pinned = {
  name: '@sparticuz/chromium@153.0.0',
  sha256: '20e5656fcdcf4118ede85edfb9d6bb9cc1bbb7ffb8b75622fffbcf36a835c3c0',
};

if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.log(`skipped: no SwiftShader for ${process.platform}-${process.arch}`);
} else if (existsSync(swiftshaderFolder)) {
  console.log(`SwiftShader is in ${swiftshaderFolder}`);
} else {
  const work = mkdtempSync(join(tmpdir(), 'xmlcnn-swiftshader-'));
  try {
    execFileSync('npm', ['pack', '--silent', pinned.name, '--pack-destination', work], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const archive = join(work, readdirSync(work)[0]);
    const sha256 = createHash('sha256').update(readFileSync(archive)).digest('hex');
    if (sha256 !== pinned.sha256) throw new Error(`${pinned.name} has SHA-256 ${sha256}, ${pinned.sha256} is pinned`);
    execFileSync('tar', ['-xzf', archive, '-C', work, 'package/bin/swiftshader.tar.br']);
    const tar = join(work, 'swiftshader.tar');
    writeFileSync(tar, brotliDecompressSync(readFileSync(join(work, 'package/bin/swiftshader.tar.br'))));
    const unpacked = join(work, 'unpacked');
    mkdirSync(unpacked);
    execFileSync('tar', ['-xf', tar, '-C', unpacked]);
    mkdirSync(dirname(swiftshaderFolder), { recursive: true });
    // the two may lie on different file systems
    execFileSync('cp', ['-r', unpacked, `${swiftshaderFolder}.part`]);
    renameSync(`${swiftshaderFolder}.part`, swiftshaderFolder);
    console.log(`SwiftShader is in ${swiftshaderFolder}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
