// Puts native TensorFlow into the user's cache, so that the engine `tensorflow` can be tested where npm's registry is all that is
// reached: node test/tensorflow/setup.mjs, after npm ci. Google's downloads are not there. What there is: libtensorflow 1.15.0, in
// an npm package for serverless functions that is fetched by itself, pinned by its hash; the add-on of @tensorflow/tfjs-node
// is compiled against it. Nothing of the product depends on it.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { tensorflowFolder } from './folder.mjs';

const pinned = {
  name: 'tfjs-node-lambda-releases@1.6.1',
  sha256: 'b7c30d059063526e0adb372652870685c573dacf04107ee57abe37c8d8b6d011',
  file: 'package/nodejs12.x-tf2.7.0.br',
};
const deps = 'node_modules/@tensorflow/tfjs-node/deps';
const binding = 'node_modules/@tensorflow/tfjs-node/binding';
const headers = join(dirname(process.execPath), '..', 'include', 'node');

const lacking = [
  [process.platform === 'linux' && process.arch === 'x64', `libtensorflow for ${process.platform}-${process.arch}`],
  [spawnSync('g++', ['--version']).status === 0, 'g++'],
  [existsSync(join(headers, 'node_api.h')), `${headers}/node_api.h`],
  [existsSync(binding), binding],
].find(([isThere]) => !isThere);

if (existsSync(tensorflowFolder)) console.log(`TensorFlow is in ${tensorflowFolder}`);
else if (lacking) console.log(`skipped: ${lacking[1]} not found`);
else await setUp();

async function setUp() {
  const work = mkdtempSync(join(tmpdir(), 'xmlcnn-tensorflow-'));
  try {
    await unpackLibrary(work);
    compileAddOn(work);
    mkdirSync(dirname(tensorflowFolder), { recursive: true });
    // the two may lie on different file systems
    const part = `${tensorflowFolder}.part`;
    rmSync(part, { recursive: true, force: true });
    for (const name of ['deps/lib', 'lib'])
      cpSync(join(work, name), join(part, name), { recursive: true, verbatimSymlinks: true });
    renameSync(part, tensorflowFolder);
    console.log(`TensorFlow is in ${tensorflowFolder}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The library and its C headers to `deps`. */
async function unpackLibrary(work) {
  execFileSync('npm', ['pack', '--silent', pinned.name, '--pack-destination', work], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const archive = join(work, readdirSync(work)[0]);
  const hash = createHash('sha256');
  await pipeline(createReadStream(archive), hash);
  const sha256 = hash.digest('hex');
  if (sha256 !== pinned.sha256) throw new Error(`${pinned.name} has SHA-256 ${sha256}, ${pinned.sha256} is pinned`);
  execFileSync('tar', ['-xzf', archive, '-C', work, pinned.file]);
  rmSync(archive);
  const tar = join(work, 'tensorflow.tar');
  await pipeline(createReadStream(join(work, pinned.file)), createBrotliDecompress(), createWriteStream(tar));
  execFileSync('tar', ['-xf', tar, '-C', work, '--strip-components=3', deps]);
}

function compileAddOn(work) {
  const platform = join(work, 'deps', 'include', 'tensorflow', 'core', 'platform');
  mkdirSync(platform, { recursive: true });
  cpSync(new URL('ctstring_internal.h', import.meta.url), join(platform, 'ctstring_internal.h'));
  mkdirSync(join(work, 'lib', 'napi'), { recursive: true });
  const args = [
    ...['-O2', '-fPIC', '-shared', '-std=c++14', '-w', '-DNAPI_VERSION=8'],
    ...[headers, join(work, 'deps', 'include')].map((folder) => `-I${folder}`),
    ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(binding, name)),
    ...['-o', join(work, 'lib', 'napi', 'tfjs_binding.node'), `-L${join(work, 'deps', 'lib')}`],
    ...['-ltensorflow', '-ltensorflow_framework', '-Wl,-rpath,$ORIGIN/../../deps/lib'],
  ];
  execFileSync('g++', args, { stdio: 'pipe' }); // what it complains of is told where it fails
}
