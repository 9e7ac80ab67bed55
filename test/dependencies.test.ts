/** What SECURITY.md says of the dependencies is what package-lock.json holds. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Package {
  license?: string;
  hasInstallScript?: boolean;
  dev?: boolean;
  devOptional?: boolean;
}

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Package> };
const packages = Object.entries(lock.packages)
  .filter(([path]) => path !== '')
  .map(([path, one]) => ({ name: path.replace(/^.*node_modules\//, ''), path, ...one }));
const [, section] = readFileSync('SECURITY.md', 'utf8').split('## Dependencies\n');
const [licences, scripts] = section.split('\nInstall scripts:');
const quoted = (text: string): string[] => Array.from(text.matchAll(/`([^`]+)`/g), ([, name]) => name);

/** SPDX, as SECURITY.md calls them. */
const named = (licence: string): string[] =>
  licence
    .replace(/[()]/g, '')
    .split(/ OR | AND /)
    .map((one) => one.replace(/^BSD-[23]-Clause$/, 'BSD').replace(/^CC0-1\.0$/, 'CC0'));

describe('SECURITY.md', () => {
  it('counts the packages', () => {
    expect(licences).toContain(`all ${packages.length} packages`);
  });

  it('names every licence', () => {
    const [plain, ...special] = licences.split(';');
    const listed = plain.split(':')[1].split(/,|\band\b/).map((one) => one.trim()); // prettier-ignore
    for (const { name, license } of packages) {
      if (license === undefined || /^(MPL|SEE)/.test(license)) {
        const isNamed = quoted(special.join(';')).some((one) => name === one || name.startsWith(`${one}-`));
        expect(isNamed, `${name}: ${license}`).toBe(true);
      } else for (const one of named(license)) expect(listed, name).toContain(one);
    }
  });

  it('names every install script, and no other', () => {
    const having = packages.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name);
    const [told] = scripts.split('`test/dependencies.test.ts`');
    expect(
      quoted(told)
        .filter((name) => name !== 'allowScripts')
        .sort(),
    ).toEqual([...new Set(having)].sort());
  });

  it('says rightly what is no development tool', () => {
    for (const { name, license, dev } of packages)
      if (!dev) expect(license ?? 'MIT', name).not.toMatch(/^(MPL|SEE|A?GPL|LGPL)/);
  });
});
