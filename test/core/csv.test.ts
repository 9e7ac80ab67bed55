import { expect, it } from 'vitest';
import { csv } from '../../src/core/base/csv.ts';

it('quotes what must be quoted, and leaves nothing that a spreadsheet would run', () => {
  const rows = [
    ['name', 'n', undefined, true],
    ['a "b", c\nd', -1.5, 0, false],
    ['=HYPERLINK("http://x")', '+1', '-1', '@SUM(A1)'],
    ['\t=1', '\r=1', 'a=1', ' x'],
  ];
  expect(csv(rows)).toBe(
    [
      'name,n,,true',
      '"a ""b"", c\nd",-1.5,0,false',
      `"'=HYPERLINK(""http://x"")",'+1,'-1,'@SUM(A1)`,
      `'\t=1,"'\r=1",a=1, x`,
      '',
    ].join('\r\n'),
  );
});
