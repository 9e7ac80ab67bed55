import * as http from 'node:http';
import * as https from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as tlsConnect } from 'node:tls';
import { Cancelled, UserError } from '../../base/errors.ts';

export interface HttpOptions {
  /** Proxy for both protocols, such as `http://user:password@host:3128`; those of the environment where absent. */
  proxy?: string;
  /** Whether a server must have a certificate that is trusted. Default true. */
  strictSsl?: boolean;
  /** Milliseconds of silence after which a server or proxy is given up. Default 30,000. */
  timeout?: number;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
}

const maxRedirects = 5;

/** The body of a URL, after redirects. Throws `UserError` `download-unreachable` or `download-refused`, `Cancelled`. */
export async function openUrl(url: string, options: HttpOptions = {}): Promise<http.IncomingMessage> {
  let at = new URL(url);
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const response = await request(at, options);
    const { statusCode = 0, headers } = response;
    if (statusCode === 200) return response;
    response.destroy();
    if (statusCode < 300 || statusCode >= 400 || !headers.location) throw refused(at, `HTTP ${statusCode}`);
    const next = new URL(headers.location, at);
    if (at.protocol === 'https:' && next.protocol !== 'https:')
      throw refused(at, 'it leads to an address without encryption');
    at = next;
  }
  throw refused(at, `more than ${maxRedirects} redirects`);
}

async function request(url: URL, options: HttpOptions): Promise<http.IncomingMessage> {
  const { signal, strictSsl = true, timeout = 30_000 } = options;
  const common = { signal, timeout, rejectUnauthorized: strictSsl };
  try {
    const proxy = proxyOf(url, options);
    const direct = { ...common, ...serverOf(url), path: url.pathname + url.search };
    if (!proxy) return await get(direct);
    const viaProxy = { ...common, ...serverOf(proxy), headers: authorization(proxy) };
    if (url.protocol !== 'https:')
      return await get({ ...viaProxy, path: url.href, headers: { host: url.host, ...viaProxy.headers } });
    const socket = await openTunnel(`${url.hostname}:${url.port || 443}`, viaProxy);
    // without an agent: one would open a connection of its own, around the proxy
    return await get({ ...direct, createConnection: () => tlsConnect({ ...direct, path: undefined, socket }) });
  } catch (error) {
    if (signal?.aborted) throw new Cancelled();
    throw error instanceof UserError ? error : unreachable(url, error);
  }
}

function serverOf({ protocol, hostname, port }: URL) {
  const host = hostname.replace(/^\[|\]$/g, '');
  return { protocol, host, port: Number(port) || undefined, servername: isIP(host) ? '' : host };
}

function get(options: https.RequestOptions): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => open(options, reject).on('response', resolve).end());
}

/** A connection through the proxy to the server itself, which the proxy cannot read. */
function openTunnel(server: string, proxy: https.RequestOptions): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    open({ ...proxy, method: 'CONNECT', path: server }, reject)
      .on('connect', ({ statusCode }, socket) => {
        if (statusCode === 200) return resolve(socket);
        socket.destroy();
        reject(new Error(`the proxy ${proxy.host} answers HTTP ${statusCode}`));
      })
      .end();
  });
}

function open(options: https.RequestOptions, fail: (error: Error) => void): http.ClientRequest {
  const opened = (options.protocol === 'https:' ? https : http).request(options).on('error', fail);
  // beside the option, which ends a connection that is never made: the method also watches a connection that is handed over
  opened.setTimeout(options.timeout!, () =>
    opened.destroy(new Error(`no answer from ${options.host} within ${options.timeout! / 1000} seconds`)),
  );
  return opened;
}

function authorization({ username, password }: URL): Record<string, string> {
  if (!username) return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** The proxy for a URL: the one that is set, else that of HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
export function proxyOf({ protocol, hostname }: URL, { proxy, env = process.env }: HttpOptions): URL | undefined {
  const variable = (name: string): string => env[name] ?? env[name.toLowerCase()] ?? '';
  const exempt = variable('NO_PROXY')
    .split(',')
    .map((host) => host.trim().replace(/^\*?\./, ''))
    .filter(Boolean);
  if (exempt.some((host) => host === '*' || hostname === host || hostname.endsWith(`.${host}`))) return undefined;
  const found = proxy || variable(protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  if (!found) return undefined;
  const url = new URL(found.includes('://') ? found : `http://${found}`);
  if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  throw new Error(`proxies of the kind ${url.protocol}// are not supported`);
}

const refused = (url: URL, why: string): UserError =>
  new UserError('download-refused', `${url.href} cannot be downloaded: ${why}`, 'Try again later, or report it.');

function unreachable(url: URL, error: unknown): UserError {
  const why = error instanceof Error ? error.message || (error as NodeJS.ErrnoException).code : String(error);
  return new UserError(
    'download-unreachable',
    `${url.host} cannot be reached: ${why}`,
    'Check the network and the proxy (the setting http.proxy, or HTTPS_PROXY). Without a network, copy an installed package here and name its folder.',
    {},
    { cause: error },
  );
}
