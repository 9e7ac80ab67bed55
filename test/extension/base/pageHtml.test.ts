import { expect, it } from 'vitest';
import { pageHtml, type PageFrame } from '../../../src/extension/base/pageHtml.ts';

const frame: PageFrame = {
  page: 'dataset',
  uri: (name) => `https://assets/${name}`,
  cspSource: 'https://assets',
  language: 'de',
  bundle: undefined,
};

it('forbids everything but its own script, style and fonts, by a nonce that is new each time', () => {
  const html = pageHtml(frame);
  expect(html).toContain("default-src 'none'");
  expect(html).not.toContain('unsafe-eval');
  const nonce = /<script type="module" nonce="([^"]{24})" src="https:\/\/assets\/dataset\.js">/.exec(html)?.[1];
  expect(html).toContain(`script-src 'nonce-${nonce}' https://assets;`);
  expect(pageHtml(frame)).not.toContain(nonce);
});

it('is English where there is no translation', () => {
  expect(pageHtml(frame)).toContain('<html lang="en">');
  expect(pageHtml(frame)).toContain('<body data-page="dataset">');
});

it('holds the translations as text, whatever is in them', () => {
  const html = pageHtml({ ...frame, bundle: { 'a "b" & <c>': '"><script>alert(1)</script>' } });
  expect(html).toContain('<html lang="de">');
  expect(html).not.toContain('<script>alert');
  const [, written] = /data-l10n="([^"]*)"/.exec(html) ?? [];
  const text = written.replaceAll('&lt;', '<').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
  expect(JSON.parse(text)).toEqual({ 'a "b" & <c>': '"><script>alert(1)</script>' });
});
