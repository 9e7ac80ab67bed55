import { createHash, randomBytes } from 'node:crypto';
import { existsSync, lstatSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { Cancelled } from '../../../../src/core/base/errors.ts';
import { nativeEngines } from '../../../../src/core/engine/engines/folders.ts';
import type { Progress } from '../../../../src/core/base/progress.ts';
import { installEngine } from '../../../../src/core/engine/install/install.ts';
import { downloadsOf } from '../../../../src/core/engine/install/table.ts';
import { archiveOf } from './archive.ts';

const sha256Of = (data: Buffer): string => createHash('sha256').update(data).digest('hex');
const good = archiveOf([
  { name: 'package/package.json', content: '{}' },
  { name: 'package/dist/linux-x64/dawn.node', content: randomBytes(300_000) },
  { name: './package/dist/linux-x64/more/notice.txt', content: 'text' },
  { name: 'package/dist/linux-x64/libx.so.2', content: 'library' },
  { name: 'package/dist/linux-x64/libx.so', link: 'libx.so.2' },
]);

let server: Server;
let host: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let folder: string;
const requests: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xmlcnn-install-test-'));
  requests.length = 0;
  answer = (_, response) => response.setHeader('content-length', good.length).end(good);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const downloadOf = (data: Buffer, url = `${host}/webgpu.tgz`) => ({
  url,
  sha256: sha256Of(data),
  take: { from: 'package/dist/linux-x64/', to: '' },
});
const install = (data: Buffer, more: object = {}) =>
  installEngine('webgpu', { folder, env: {}, downloads: [downloadOf(data)], ...more });

/** The error's code; and nothing must be left. */
async function failure(work: Promise<unknown>): Promise<unknown> {
  const code = await work.then(
    () => 'no failure',
    (error: unknown) => (error as { code?: string }).code ?? error,
  );
  expect(readdirSync(folder)).toEqual([]);
  return code;
}

it('downloads, checks and unpacks the wanted folder, and tells of it', async () => {
  const told: Progress[] = [];
  const target = await install(good, { onProgress: (progress: Progress) => told.push(progress) });
  expect(readdirSync(folder)).toEqual(['webgpu-0.6.2']);
  expect(readdirSync(target).sort()).toEqual(['dawn.node', 'libx.so', 'libx.so.2', 'more']);
  expect(readFileSync(join(target, 'dawn.node')).length).toBe(300_000);
  expect(readFileSync(join(target, 'more/notice.txt'), 'utf8')).toBe('text');
  expect(lstatSync(join(target, 'libx.so')).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(target, 'libx.so'), 'utf8')).toBe('library');
  expect(told.at(-1)).toMatchObject({ file: 'webgpu.tgz', done: good.length, total: good.length, unit: 'bytes' });
  expect(await install(good)).toBe(target); // again, over what is there
  expect(readdirSync(folder)).toEqual(['webgpu-0.6.2']);
});

it('installs nothing of another hash', async () => {
  expect(await failure(install(Buffer.from('what was expected')))).toBe('hash-differs');
});

it('keeps what is installed where a new download fails', async () => {
  const target = await install(good);
  await expect(install(Buffer.from('what was expected'))).rejects.toMatchObject({ code: 'hash-differs' });
  expect(readdirSync(folder)).toEqual(['webgpu-0.6.2']);
  expect(existsSync(join(target, 'dawn.node'))).toBe(true);
});

it('tells of a download that breaks off', async () => {
  answer = (_, response) => {
    response.setHeader('content-length', good.length);
    response.write(good.subarray(0, 1000), () => response.destroy());
  };
  expect(await failure(install(good))).toBe('download-torn');
});

it('tells of a server that is not there or refuses', async () => {
  const nobody = downloadOf(good, 'http://127.0.0.1:1/webgpu.tgz');
  expect(await failure(installEngine('webgpu', { folder, env: {}, downloads: [nobody] }))).toBe('download-unreachable');
  answer = (_, response) => response.writeHead(404).end();
  expect(await failure(install(good))).toBe('download-refused');
  answer = (_, response) => response.writeHead(302, { location: '/again' }).end();
  expect(await failure(install(good))).toBe('download-refused');
});

it('gives up a download that falls silent', async () => {
  answer = (_, response) => void response.write(good.subarray(0, 1000));
  expect(await failure(install(good, { timeout: 150 }))).toBe('download-torn');
});

it('follows a redirect', async () => {
  answer = ({ url }, response) =>
    url === '/webgpu.tgz' ? response.writeHead(302, { location: '/moved' }).end() : response.end(good);
  await install(good);
  expect(requests).toEqual(['/webgpu.tgz', '/moved']);
});

it('ends when it is cancelled', async () => {
  answer = (_, response) => {
    response.setHeader('content-length', good.length);
    response.write(good.subarray(0, 100_000));
  };
  const stop = new AbortController();
  expect(await failure(install(good, { signal: stop.signal, onProgress: () => stop.abort() }))).toBeInstanceOf(
    Cancelled,
  );
});

it.each([
  ['a name that leads up', [{ name: 'package/dist/linux-x64/../../../../evil', content: 'x' }]],
  ['an absolute name', [{ name: '/tmp/evil', content: 'x' }]],
  ['a name of Windows', [{ name: 'package/dist/linux-x64/..\\evil', content: 'x' }]],
  ['a link to elsewhere', [{ name: 'package/dist/linux-x64/lib', link: '../../outside' }]],
  [
    'a link and a file through it',
    [
      { name: 'package/dist/linux-x64/dawn.node', link: 'other' },
      { name: 'package/dist/linux-x64/dawn.node', content: 'x' },
    ],
  ],
])('refuses an archive with %s', async (_, members) => {
  const bad = archiveOf([{ name: 'package/dist/linux-x64/first', content: 'x' }, ...members]);
  answer = (_, response) => response.end(bad);
  expect(await failure(install(bad))).toBe('archive-damaged');
  expect(existsSync(join(folder, '..', 'evil'))).toBe(false);
});

it.each([
  ['no archive', Buffer.from('no archive')],
  ['a torn archive', good.subarray(0, good.length - 50_000)],
  ['an archive without the add-on', archiveOf([{ name: 'package/dist/linux-x64/other', content: 'x' }])],
])('refuses %s', async (_, data) => {
  answer = (_, response) => response.end(data);
  expect(await failure(install(data))).toBe('archive-damaged');
});

it('asks for the hashes that are not known, and takes them', async () => {
  const unknown = { ...downloadOf(good), sha256: undefined };
  const options = { folder, env: {}, downloads: [unknown] };
  expect(await failure(installEngine('webgpu', options))).toBe('hash-needed');
  expect(await failure(installEngine('webgpu', { ...options, sha256: ['abc'] }))).toBe('hash-needed');
  expect(await failure(installEngine('webgpu', { ...options, sha256: [sha256Of(Buffer.from('x'))] }))).toBe(
    'hash-differs',
  );
  await installEngine('webgpu', { ...options, sha256: [sha256Of(good)] });
});

it('says where there are no binaries', async () => {
  expect(await failure(installEngine('tensorflow', { folder, downloads: [] }))).toBe('no-binaries');
  expect(downloadsOf('tensorflow', { platform: 'aix', arch: 'ppc' })).toEqual([]);
});

it('knows the hash of every archive but the one of tfjs-node add-on', () => {
  for (const platform of ['linux', 'darwin'])
    for (const engine of nativeEngines)
      for (const { url, sha256 } of downloadsOf(engine, { platform, arch: 'x64' })) {
        if (url.includes('/pre-built-binary/')) expect(sha256, url).toBeUndefined();
        else expect(sha256, url).toMatch(/^[0-9a-f]{64}$/);
      }
});

it('goes through a proxy that is set, with its password', async () => {
  let authorization: string | undefined;
  answer = (request, response) => {
    authorization = request.headers['proxy-authorization'];
    response.end(good);
  };
  const proxy = host.replace('://', '://me:secret@');
  await installEngine('webgpu', {
    folder,
    env: {},
    proxy,
    downloads: [downloadOf(good, 'http://engines.invalid/a.tgz')],
  });
  expect(requests).toEqual(['http://engines.invalid/a.tgz']);
  expect(authorization).toBe(`Basic ${Buffer.from('me:secret').toString('base64')}`);
});
