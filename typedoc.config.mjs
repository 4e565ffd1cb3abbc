// `npm run docs:api`: what every entry of the package exports, as pages in docs/api.
import { subpaths } from './scripts/entries.mjs';

export default {
  name: 'express-fanfare',
  entryPoints: subpaths.map(({ name }) => `lib/${name}.ts`),
  out: 'docs/api',
  readme: 'none',
  disableSources: true,
  githubPages: false,
  hideGenerator: true,
  treatWarningsAsErrors: true,
  // Types that are only named inside others are shown there; etc/ keeps the list of them.
  validation: { notExported: false },
};
