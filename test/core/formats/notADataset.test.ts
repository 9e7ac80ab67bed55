import { describe, expect, it } from 'vitest';
import { refuseForeign, refuseNoText } from '../../../src/core/formats/notADataset.ts';

describe('refuseForeign', () => {
  it.each<[string, string, RegExp, RegExp]>([
    [
      'a Git LFS pointer',
      'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 98765\n',
      /Git LFS pointer.* 98,765 bytes/,
      /git lfs pull/,
    ],
    ['HTML', '\n<!DOCTYPE html><html><head><title>Sign in</title>', /HTML page \("Sign in"\)/, /Download/],
    ['HTML behind a mark', '\uFEFF<html lang="en">', /HTML/, /Download/],
    ['XML', '<?xml version="1.0"?><rss>', /XML/, /JSON lines/],
    ['SGML', '<!DOCTYPE lewis SYSTEM "lewis.dtd">\n<REUTERS>', /SGML/, /JSON lines/],
    ['SQLite', 'SQLite format 3\0\x10', /SQLite/, /CSV/],
    ['PDF', '%PDF-1.7\n', /PDF/, /pdftotext/],
    ['MATLAB', 'MATLAB 5.0 MAT-file', /MATLAB/, /NumPy/],
  ])('names %s', (_, start, message, remedy) => {
    let caught: unknown;
    try {
      refuseForeign('x.jsonl', Buffer.from(start));
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({
      code: 'not-a-dataset',
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(remedy),
    });
  });
  it.each([
    ['a picture', [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]],
    ['Office', [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]],
    ['7-Zip', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ])('names %s by its bytes', (word, bytes) => expect(() => refuseForeign('x', Buffer.from(bytes))).toThrow(word));
  it.each(['{"text": "<html>"}', 'text,labels\n<p>a</p>,b', '<c#><.net>\ttext', '<b>bold</b> text\tlabel'])(
    'lets texts pass: %s',
    (text) => expect(() => refuseForeign('x', Buffer.from(text))).not.toThrow(),
  );
});

describe('refuseNoText', () => {
  it('refuses bytes', () =>
    expect(() => refuseNoText('x', Buffer.from(Array.from({ length: 500 }, (_, i) => (i * 7) % 256)))).toThrow(
      'binary',
    ));
  it('lets text pass', () => expect(() => refuseNoText('x', Buffer.from('a\tb\nc été\r\n'.repeat(100)))).not.toThrow());
});
