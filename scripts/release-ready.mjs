// Whether the folder it runs in may be published under a tag: `node scripts/release-ready.mjs v1.2.3`.
import { readFileSync } from 'node:fs';

const [, , tag] = process.argv;
const { version, repository } = JSON.parse(readFileSync('package.json', 'utf8'));
const sections = readFileSync('CHANGELOG.md', 'utf8').split(/^## /m).slice(1);
const sectionOf = (name) => sections.find((section) => section.split(/\s/, 1)[0] === name);
const [heading = '', ...entries] = sectionOf(version)?.split('\n') ?? [];

const reasons = [
  [tag !== `v${version}`, `The tag is ${tag}, and package.json says ${version}.`],
  [sectionOf('Unreleased')?.includes('\n- '), 'CHANGELOG.md has entries under Unreleased.'],
  [heading === '', `CHANGELOG.md has no section for ${version}.`],
  [/unreleased/i.test(heading), `CHANGELOG.md says that ${version} is unreleased.`],
  [heading !== '' && !entries.join('').includes('- '), `CHANGELOG.md says nothing about ${version}.`],
  [repository === undefined, 'package.json names no "repository", which the provenance is checked against.'],
].flatMap(([isWrong, reason]) => (isWrong ? [reason] : []));

if (reasons.length > 0) {
  console.error(reasons.join('\n'));
  process.exitCode = 1;
}
