#!/usr/bin/env node
/** The command's first step: is this Node.js new enough to load the rest? */
const NEEDED = [24, 7] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  process.stderr.write(
    `callhook needs Node.js ${NEEDED.join('.')} or newer; this is ${process.versions.node}. ` +
      'Install a newer one (https://nodejs.org), or run: npx --package node@26 --package callhook callhook\n',
  );
  process.exitCode = 1;
} else {
  await import('./program.ts');
}
