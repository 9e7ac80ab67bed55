import * as http from 'node:http';
import * as https from 'node:https';
import { connect as tlsConnect } from 'node:tls';
import type { Duplex } from 'node:stream';
import { Cancelled, UserError } from '../../base/errors.ts';

export interface HttpOptions {
  /** Proxy for both protocols, such as `http://user:password@host:3128`; those of the environment where absent. */
  proxy?: string;
  /** Whether a server must have a certificate that is trusted. Default true. */
  strictSsl?: boolean;
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
    response.resume();
    if (statusCode < 300 || statusCode >= 400 || !headers.location) throw refused(at, `HTTP ${statusCode}`);
    const next = new URL(headers.location, at);
    if (at.protocol === 'https:' && next.protocol !== 'https:')
      throw refused(at, 'it leads to an address without encryption');
    at = next;
  }
  throw refused(at, `more than ${maxRedirects} redirects`);
}

async function request(url: URL, options: HttpOptions): Promise<http.IncomingMessage> {
  const { signal, strictSsl = true } = options;
  try {
    const proxy = proxyOf(url, options);
    const secure = url.protocol === 'https:';
    const tls = { rejectUnauthorized: strictSsl, servername: url.hostname };
    if (!proxy)
      return await get(secure ? https : http, { ...partsOf(url), path: url.pathname + url.search, ...tls, signal });
    if (!secure) {
      const headers = { host: url.host, ...authorization(proxy) };
      return await get(http, { ...partsOf(proxy), path: url.href, headers, signal });
    }
    const tunnel = await tunnelTo(url, proxy, signal);
    const createConnection = (): Duplex => tlsConnect({ socket: tunnel as never, ...tls });
    return await get(https, {
      ...partsOf(url),
      path: url.pathname + url.search,
      signal,
      agent: false,
      createConnection,
    });
  } catch (error) {
    if (signal?.aborted) throw new Cancelled();
    throw error instanceof UserError ? error : unreachable(url, error);
  }
}

const partsOf = (url: URL) => ({ host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port || undefined });

function get(protocol: typeof http | typeof https, options: https.RequestOptions): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => protocol.get({ timeout: 30_000, ...options }, resolve)
    .on('timeout', function (this: http.ClientRequest) { this.destroy(new Error('no answer within 30 seconds')); })
    .on('error', reject)); // prettier-ignore
}

/** A connection through the proxy to the server itself, which the proxy cannot read. */
function tunnelTo(url: URL, proxy: URL, signal?: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const path = `${url.hostname}:${url.port || 443}`;
    http
      .request({ ...partsOf(proxy), method: 'CONNECT', path, headers: authorization(proxy), timeout: 30_000, signal })
      .on('connect', ({ statusCode }, socket) =>
        statusCode === 200 ? resolve(socket) : reject(new Error(`the proxy ${proxy.host} answers HTTP ${statusCode}`)),
      )
      .on('error', reject)
      .end();
  });
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
  return new URL(found.includes('://') ? found : `http://${found}`);
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
