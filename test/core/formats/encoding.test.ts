import { describe, expect, it } from 'vitest';
import { canonicalEncoding, decode, guessEncoding } from '../../../src/core/formats/encoding.ts';

/** Two sentences, and their bytes as Python's codecs write them (base64). */
const written: [encoding: string, text: string, bytes: string][] = [
  [
    'windows-1252',
    "Le météo prévoit un été très agréable à la plage; l’élève étudie déjà — ça va être génial.\nL'économie française a connu une croissance modérée en été, même après l'hiver.\n",
    'TGUgbel06W8gcHLpdm9pdCB1biDpdOkgdHLocyBhZ3LpYWJsZSDgIGxhIHBsYWdlOyBskuls6HZlIOl0dWRpZSBk6WrgIJcg52EgdmEg6nRyZSBn6W5pYWwuCkwn6WNvbm9taWUgZnJhbudhaXNlIGEgY29ubnUgdW5lIGNyb2lzc2FuY2UgbW9k6XLpZSBlbiDpdOksIG3qbWUgYXBy6HMgbCdoaXZlci4K',
  ],
  [
    'windows-1252',
    'Die Größe der Straße überrascht die Gäste; schöne Grüße aus München.\nDer Bürgermeister möchte die Öffnungszeiten der Bücherei verlängern.\n',
    'RGllIEdy9t9lIGRlciBTdHJh32Ug/GJlcnJhc2NodCBkaWUgR+RzdGU7IHNjaPZuZSBHcvzfZSBhdXMgTfxuY2hlbi4KRGVyIEL8cmdlcm1laXN0ZXIgbfZjaHRlIGRpZSDWZmZudW5nc3plaXRlbiBkZXIgQvxjaGVyZWkgdmVybORuZ2Vybi4K',
  ],
  [
    'windows-1250',
    'Zażółć gęślą jaźń; śnieg pada na łąkę, a dziewczyna śpi w łóżku.\nPrzyszłość należy do tych, którzy wierzą w piękno swoich marzeń.\n',
    'WmG/87PmIGfqnGy5IGphn/E7IJxuaWVnIHBhZGEgbmEgs7lr6iwgYSBkemlld2N6eW5hIJxwaSB3ILPzv2t1LgpQcnp5c3qzb5zmIG5hbGW/eSBkbyB0eWNoLCBrdPNyenkgd2llcnq5IHcgcGnqa25vIHN3b2ljaCBtYXJ6ZfEuCg==',
  ],
  [
    'windows-1251',
    'Сегодня хорошая погода, и мы пойдём гулять в парк вместе с друзьями.\nЭкономика страны выросла на два процента за последний год.\n',
    '0eXj7uTt/yD17vDu+OD/IO/u4+7k4Cwg6CDs+yDv7unkuOwg4/Pr//L8IOIg7+Dw6iDi7OXx8uUg8SDk8PPn/P/s6C4K3eru7e7s6OrgIPHy8ODt+yDi+/Du8evgIO3gIOTi4CDv8O725e3y4CDn4CDv7vHr5eTt6Okg4+7kLgo=',
  ],
  [
    'koi8-r',
    'Сегодня хорошая погода, и мы пойдём гулять в парк вместе с друзьями.\nЭкономика страны выросла на два процента за последний год.\n',
    '88XHz8TO0SDIz9LP28HRINDPx8/EwSwgySDN2SDQz8rEo80gx9XM0dTYINcg0MHSyyDXzcXT1MUg0yDE0tXa2NHNyS4K/MvPzs/NycvBINPU0sHO2SDX2dLP08zBIM7BIMTXwSDQ0s/Dxc7UwSDawSDQz9PMxcTOycogx8/ELgo=',
  ],
  [
    'gb18030',
    '中国的经济在过去的一年里增长了百分之五。\n体育比赛的结果让所有的球迷都非常高兴，他们庆祝了一整夜。\n',
    '1tC5+rXEvq28w9Tauf3IpbXE0rvE6sDv1PazpMHLsNm31tauzuWhowrM5dP9scjI/LXEveG5+8jDy/nT0LXEx/LD1La8t8ezo7jf0MujrMv7w8fH7NejwcvSu9X70rmhowo=',
  ],
  [
    'big5',
    '中國的經濟在過去的一年裡增長了百分之五。\n體育比賽的結果讓所有的球迷都非常高興，他們慶祝了一整夜。\n',
    'pKSw6qq6uGfA2aZiuUylaKq6pECmfrjMvFeq+KRGpsqkwKSnpK2hQwrF6ah8pPHByaq6tbKqR8X9qdKms6q6snmwZ7Ojq0SxYLCqv7OhQaVMrcy8ea+spEakQL7jqV2hQwo=',
  ],
  [
    'shift_jis',
    '今日は天気がいいので散歩に行きました。\n新しいスマートフォンの電池はすぐに切れます。\n',
    'jaGT+oLNk1aLQ4KqgqKCooLMgsWOVZXggsmNc4KrgtyCtYK9gUIKkFaCtYKig1iDfYFbg2eDdINIg5OCzJNkknKCzYK3gq6CyZDYguqC3IK3gUIK',
  ],
  [
    'euc-jp',
    '今日は天気がいいので散歩に行きました。\n新しいスマートフォンの電池はすぐに切れます。\n',
    'uqPG/KTPxbe1pKSspKSkpKTOpMe7tsripMu51KStpN6kt6S/oaMKv7ekt6Skpbml3qG8pcil1aWppfOkzsXFw9Okz6S5pLCky8DapOyk3qS5oaMK',
  ],
  [
    'euc-kr',
    '오늘은 날씨가 좋아서 친구들과 공원에 갔습니다.\n경제는 지난 한 해 동안 이 퍼센트 성장했다고 합니다.\n',
    'v8C0w8C6ILOvvr6woSDBwb7GvK0gxKOxuLXpsPogsPi/+L+hILCsvcC0z7TZLgqw5sGmtMIgwfazrSDH0SDH2CC1v77IIMDMIMbbvL7GriC8usDlx9+02bDtIMfVtM+02S4K',
  ],
];
const repeated = (bytes: Buffer, times: number): Buffer => Buffer.concat(Array<Buffer>(times).fill(bytes));

describe('guessEncoding', () => {
  it.each(written)('knows %s by its letters: %s', (encoding, text, base64) => {
    const bytes = repeated(Buffer.from(base64, 'base64'), 6);
    expect(guessEncoding(bytes)).toEqual({ encoding, by: 'guess' });
    expect(decode(bytes, encoding)).toBe(text.repeat(6));
  });
  it.each(written)('knows UTF-16 without a mark: %s', (_, text) => {
    const table = `text,labels\n"${text.replace('\n', ' ')}",a\n`.repeat(3);
    expect(guessEncoding(Buffer.from(table, 'utf16le'))).toEqual({ encoding: 'utf-16le', by: 'shape' });
    expect(guessEncoding(Buffer.from(table, 'utf16le').swap16())).toEqual({ encoding: 'utf-16be', by: 'shape' });
  });
  it('goes by a byte order mark', () => {
    expect(guessEncoding(Buffer.from([0xff, 0xfe, 0x61, 0]))).toEqual({ encoding: 'utf-16le', by: 'mark' });
    expect(guessEncoding(Buffer.from([0xfe, 0xff, 0, 0x61]))).toEqual({ encoding: 'utf-16be', by: 'mark' });
    expect(guessEncoding(Buffer.from('\uFEFFa'))).toEqual({ encoding: 'utf-8', by: 'mark' });
  });
  it('takes UTF-8 with a damaged line for UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('été\nhiver à\nçà\n'), Buffer.from([0xe9, 0x74, 0xe9, 10])]);
    expect(guessEncoding(bytes)).toEqual({ encoding: 'utf-8', by: 'valid' });
  });
  it('takes UTF-8 that breaks off within a character for UTF-8', () =>
    expect(guessEncoding(Buffer.from('été été\nété').subarray(0, -1))).toEqual({ encoding: 'utf-8', by: 'valid' }));
  it('takes ASCII for UTF-8', () =>
    expect(guessEncoding(Buffer.from('abc\n'))).toEqual({ encoding: 'utf-8', by: 'valid' }));
});

describe('canonicalEncoding', () => {
  it.each([
    ['Latin-1', 'latin1'],
    ['UTF8', 'utf-8'],
    ['cp1252', 'windows-1252'],
    ['GBK', 'gb18030'],
    ['sjis', 'shift_jis'],
    ['EUC-KR', 'euc-kr'],
    ['nonsense', undefined],
  ])('%s', (name, encoding) => expect(canonicalEncoding(name)).toBe(encoding));
});
