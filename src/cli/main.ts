#!/usr/bin/env node
/** The command's first step: is this Node.js new enough to load the rest? */
const NEEDED = 24;

if (Number(process.versions.node.split('.')[0]) < NEEDED) {
  process.stderr.write(
    `callhook needs Node.js ${NEEDED} or newer; this is ${process.versions.node}. ` +
      'Install a newer one (https://nodejs.org), or run: npx --package node@26 --package callhook callhook\n',
  );
  process.exitCode = 1;
} else {
  await import('./program.ts');
}
