/** Finds links of documents that lead nowhere. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** What a reader of the repository or of the package opens. */
const DOCUMENTS = ['*.md', 'docs/**/*.md', 'bench/*.md'];

/** @returns `FILE: TARGET` of each relative link below `root` whose target is not there */
export function brokenLinks(root: string): string[] {
  return DOCUMENTS.flatMap((pattern) => globSync(pattern, { cwd: root })).flatMap((file) => {
    const targets = linksIn(readFileSync(join(root, file), 'utf8'));
    return targets
      .filter((target) => !isInside(root, join(root, dirname(file), target)))
      .map((target) => `${file}: ${target}`);
  });
}

/** Relative targets, without the place inside the target. */
export function linksIn(markdown: string): string[] {
  const prose = markdown.replace(/^```[^]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^(\w+:|#)/.test(target))
    .map((target) => decodeURI(target.replace(/#.*$/, '')));
}

function isInside(root: string, path: string): boolean {
  return existsSync(path) && !relative(root, path).startsWith('..');
}
