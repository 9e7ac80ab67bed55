import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { connect, createServer as createSocketServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Cancelled } from '../../../../src/core/base/errors.ts';
import type { HttpOptions } from '../../../../src/core/engine/install/http.ts';
import { openUrl, proxyOf } from '../../../../src/core/engine/install/http.ts';

/** Key and certificate that nobody trusts, for a name that nobody has: for these tests alone. */
const pem = readFileSync(new URL('./engines.invalid.pem', import.meta.url));
const url = 'https://engines.invalid/webgpu.tgz?x=1';

/** Ports from which somebody came to the server, and those from which the proxy did. */
let arrived: number[];
let relayed: number[];
let bytesThroughTunnel: number;
let asked: { url?: string; authorization?: string }[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let tunnelled: (request: IncomingMessage, socket: Duplex) => void;
let server: Server;
let proxy: Server;
let sockets: Set<Socket>;

const portOf = (at: Server): number => (at.address() as AddressInfo).port;
const listen = (at: Server): Promise<void> => new Promise((resolve) => at.listen(0, '127.0.0.1', resolve));
const proxyUrl = (user = ''): string => `http://${user}127.0.0.1:${portOf(proxy)}`;
const through = (more: HttpOptions = {}): HttpOptions => ({ env: {}, proxy: proxyUrl(), strictSsl: false, ...more });

/** Does what a proxy does: it gives bytes on, both ways, to the server that stands for every name. */
function relay({ url, headers }: IncomingMessage, socket: Duplex): void {
  asked.push({ url, authorization: headers['proxy-authorization'] });
  const onward = connect(portOf(server), '127.0.0.1', () => {
    relayed.push(onward.localPort!);
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    socket.pipe(onward).pipe(socket);
  });
  onward.on('data', (chunk: Buffer) => (bytesThroughTunnel += chunk.length)).on('error', () => socket.destroy());
  socket.on('error', () => onward.destroy()).on('close', () => onward.destroy());
}

beforeEach(async () => {
  [arrived, relayed, asked, bytesThroughTunnel, sockets] = [[], [], [], 0, new Set()];
  answer = (_, response) => response.end('binaries');
  tunnelled = relay;
  server = createSecureServer({ key: pem, cert: pem }, (request, response) => answer(request, response));
  server.on('connection', ({ remotePort }: Socket) => arrived.push(remotePort!));
  proxy = createServer().on('connect', (request, socket) => tunnelled(request, socket));
  for (const each of [server, proxy]) each.on('connection', (socket: Socket) => sockets.add(socket));
  await Promise.all([listen(server), listen(proxy)]);
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
  proxy.close();
});

it('reads from a server with encryption through the tunnel of a proxy alone', async () => {
  let path: string | undefined;
  answer = (request, response) => {
    path = request.url;
    response.end('binaries'.repeat(10_000));
  };
  expect(await text(await openUrl(url, through()))).toBe('binaries'.repeat(10_000));
  expect(path).toBe('/webgpu.tgz?x=1');
  expect(asked).toEqual([{ url: 'engines.invalid:443', authorization: undefined }]);
  expect(bytesThroughTunnel).toBeGreaterThan(80_000);
  expect([arrived.length, arrived]).toEqual([1, relayed]);
});

it('goes around no proxy to a server that it could reach', async () => {
  const local = `https://127.0.0.1:${portOf(server)}/a`;
  expect(await text(await openUrl(local, through({ proxy: undefined, env: { HTTPS_PROXY: proxyUrl() } })))).toBe(
    'binaries',
  );
  expect(asked.map(({ url }) => url)).toEqual([`127.0.0.1:${portOf(server)}`]);
  expect([arrived.length, arrived]).toEqual([1, relayed]);
});

it('tells a proxy user and password', async () => {
  await text(await openUrl(url, through({ proxy: proxyUrl('me:se%40cret@') })));
  expect(asked[0].authorization).toBe(`Basic ${Buffer.from('me:se@cret').toString('base64')}`);
});

it('trusts no certificate more because it came through a tunnel', async () => {
  await expect(openUrl(url, through({ strictSsl: true }))).rejects.toMatchObject({
    code: 'download-unreachable',
    message: expect.stringContaining('certificate'),
  });
});

it('follows a redirect through another tunnel', async () => {
  answer = (request, response) =>
    request.url === '/moved'
      ? response.end('moved here')
      : response.writeHead(302, { location: 'https://other.invalid:8443/moved' }).end();
  expect(await text(await openUrl(url, through()))).toBe('moved here');
  expect(asked.map((each) => each.url)).toEqual(['engines.invalid:443', 'other.invalid:8443']);
});

it('reports a proxy that refuses a tunnel', async () => {
  tunnelled = (_, socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
  await expect(openUrl(url, through())).rejects.toMatchObject({
    code: 'download-unreachable',
    message: expect.stringContaining('answers HTTP 407'),
  });
});

it('reports a proxy of a kind that it does not know', async () => {
  await expect(openUrl(url, through({ proxy: 'socks5://me:secret@127.0.0.1:1' }))).rejects.toMatchObject({
    code: 'download-unreachable',
    message: 'engines.invalid cannot be reached: proxies of the kind socks5:// are not supported',
  });
});

const sayNothing = (socket: Duplex): void => void socket.on('end', () => socket.destroy()).resume();
const silence: [string, () => void][] = [
  ['a proxy that accepts and says nothing', () => (tunnelled = (_, socket) => sayNothing(socket))],
  [
    'a proxy that grants a tunnel and gives nothing on',
    () =>
      (tunnelled = (_, socket) => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        sayNothing(socket);
      }),
  ],
  ['a server behind a proxy that says nothing', () => (answer = () => {})],
];
it.each(silence)('gives up %s', async (_, arrange) => {
  arrange();
  await expect(openUrl(url, through({ timeout: 150 }))).rejects.toMatchObject({
    code: 'download-unreachable',
    message: expect.stringMatching(/^engines\.invalid cannot be reached: no answer from \S+ within 0\.15 seconds$/),
    remedy: expect.stringContaining('proxy'),
  });
  await expect.poll(() => [...sockets].every(({ destroyed }) => destroyed)).toBe(true);
});

it('gives up a server that says nothing, without a proxy', async () => {
  const silent = createSocketServer((socket) => sockets.add(socket));
  await listen(silent);
  const local = `http://127.0.0.1:${portOf(silent)}/`;
  await expect(openUrl(local, { env: {}, timeout: 150 })).rejects.toMatchObject({ code: 'download-unreachable' });
  silent.close();
});

it('ends when it is cancelled in a tunnel', async () => {
  const stop = new AbortController();
  answer = () => stop.abort();
  await expect(openUrl(url, through({ signal: stop.signal }))).rejects.toBeInstanceOf(Cancelled);
  await expect.poll(() => [...sockets].every(({ destroyed }) => destroyed)).toBe(true);
});

it('takes the proxy of the environment unless a host is exempt', () => {
  const env = { https_proxy: 'proxy:3128', NO_PROXY: 'localhost, .inner.example' };
  expect(proxyOf(new URL('https://a.example/x'), { env })?.href).toBe('http://proxy:3128/');
  expect(proxyOf(new URL('http://a.example/x'), { env })).toBeUndefined();
  expect(proxyOf(new URL('https://b.inner.example/x'), { env })).toBeUndefined();
  expect(proxyOf(new URL('https://a.example/x'), { env, proxy: 'http://set:1' })?.href).toBe('http://set:1/');
});
