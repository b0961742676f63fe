import assert from 'node:assert/strict';
import test from 'node:test';
import { applyFile, type ApplyOptions } from '../../src/cli/apply.ts';
import { OPEN_PRIVACY } from '../../src/policy/organisation.ts';
import { CallhookError } from '../../src/runtime/errors.ts';
import { KEYS, openTestStore } from '../support/store.ts';

const ACME = `
sources:
  - { id: pbx, kind: ami, host: pbx.example, username: callhook, secret: "\${AMI}" }
organisations:
  - id: acme
    name: Acme Oy
    default_country: FI
    users:
      - user_id: anna
        extensions: [1001]
        devices: [{ source: pbx, address: PJSIP/1001 }]
    function_numbers:
      - { number: 2000, kind: QUEUE }
    endpoints:
      - { id: crm, url: "https://crm.example/" }
`;
const ENV = { AMI: 'hunter2' };

const BY = { actor: { kind: 'system', id: 'root', name: 'root' }, client: 'callhook apply' } as const;

function connector() {
  const { directory: directoryStore, accounts } = openTestStore();
  const apply = async (text: string, options: Partial<ApplyOptions> = {}): Promise<string[]> => {
    const lines: string[] = [];
    await applyFile({
      file: 'acme.yaml',
      text,
      env: ENV,
      directoryStore,
      dryRun: false,
      prune: false,
      out: (line) => lines.push(line),
      by: BY,
      fingerprint: KEYS.fingerprint,
      nowMs: 7,
      ...options,
    });
    return lines;
  };
  return { directoryStore, accounts, apply };
}

const secretOf = async ({ directoryStore }: ReturnType<typeof connector>) =>
  (await directoryStore.read()).organisations[0]?.endpoints[0]?.secret;

test('the first time everything is added, and a secret that was made is shown', async () => {
  const one = connector();
  const lines = await one.apply(ACME);
  const secret = await secretOf(one);
  assert.match(secret ?? '', /^whsec_/);
  assert.deepEqual(lines, [
    '+ source pbx',
    '+ organisation acme',
    '+ user anna in acme',
    '+ function number 2000 in acme',
    '+ endpoint crm in acme',
    '',
    'The signing secret of endpoint crm in acme. It is shown only now; give it to the receiver:',
    `    ${secret}`,
    '',
    'Done: 5 added, 0 changed, 0 removed.',
  ]);
});

test('each change is in the audit, with who made it and what it was, secrets as fingerprints', async () => {
  const one = connector();
  await one.apply(ACME);
  await one.apply(ACME.replace('Acme Oy', 'Acme Ab').replace('${AMI}', 'new'));
  const entries = await one.accounts.audit({}, { limit: 100 });
  assert.equal(entries.length, 7);
  const [organisation, source] = entries;
  assert.deepEqual([source?.by, source?.action, source?.thing, source?.atMs], [BY, 'changed', 'source', 7]);
  assert.notEqual(source?.before?.['secret'], source?.after?.['secret']);
  assert.match(String(source?.after?.['secret']), /^fp_/);
  assert.deepEqual([organisation?.before?.['name'], organisation?.after?.['name']], ['Acme Oy', 'Acme Ab']);
  assert.doesNotMatch(JSON.stringify(entries), /hunter2|whsec_/);
});

test('the second time nothing changes, and no secret is shown or made anew', async () => {
  const one = connector();
  await one.apply(ACME);
  const [secret, revision] = [await secretOf(one), await one.directoryStore.revision()];
  assert.deepEqual(await one.apply(ACME), ['Nothing to change.']);
  assert.deepEqual(await one.apply(ACME, { prune: true }), ['Nothing to change.']);
  assert.equal(await secretOf(one), secret);
  assert.equal(await one.directoryStore.revision(), revision);
});

test('a source that is posted to has its token made and shown once, and keeps it', async () => {
  const one = connector();
  const text = 'sources: [{ id: platform, kind: http }]';
  const tokenOf = async () => (await one.directoryStore.read()).sources[0]?.secret;
  assert.deepEqual(await one.apply(text, { dryRun: true }), [
    '+ source platform',
    'A token would be made for source platform and shown.',
    'Dry run: 1 to add, 0 to change, 0 to remove. Nothing was written.',
  ]);
  const lines = await one.apply(text);
  const token = await tokenOf();
  assert.match(token ?? '', /^chsrc_[\w-]{43}$/);
  assert.deepEqual(lines, [
    '+ source platform',
    '',
    'The token of source platform. It is shown only now; give it to whoever posts its events:',
    `    ${token}`,
    '',
    'Done: 1 added, 0 changed, 0 removed.',
  ]);
  assert.deepEqual(await one.apply(text), ['Nothing to change.']);
  const given = text.replace('http', 'http, secret: chsrc_given-by-the-operator');
  assert.deepEqual((await one.apply(given))[0], '~ source platform (secret)');
  assert.equal(await tokenOf(), 'chsrc_given-by-the-operator');
  const ami = text.replace('http', 'ami, host: h, username: u, secret: s');
  assert.deepEqual((await one.apply(ami))[0], '~ source platform (kind)');
});

test('what changed is named, secrets by name only', async () => {
  const one = connector();
  await one.apply(ACME);
  const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
  const changed = ACME.replace('pbx.example', 'new.example')
    .replace('${AMI}', 'other')
    .replace('Acme Oy', 'Acme Ab')
    .replace('[1001]', '[1001, 1002]')
    .replace('QUEUE', 'IVR')
    .replace('crm.example/"', `crm.example/new", states: all, secret: ${secret}`);
  const lines = await one.apply(changed);
  assert.deepEqual(lines, [
    '~ source pbx (host, secret)',
    '~ organisation acme (name)',
    '~ user anna in acme (extensions)',
    '~ function number 2000 in acme (kind)',
    '~ endpoint crm in acme (url, states, secret)',
    'Done: 0 added, 5 changed, 0 removed.',
  ]);
  assert.equal(await secretOf(one), secret);
});

test('privacy that is left out of the file stays as it is, also when the rest is pruned', async () => {
  const one = connector();
  const privacy = async () => (await one.directoryStore.read()).organisations[0]?.privacy;
  await one.apply(ACME);
  assert.deepEqual(await privacy(), OPEN_PRIVACY);
  const strict = ACME.replace(
    'default_country: FI',
    'default_country: FI\n    privacy: { modify_remote_number: remove, modify_local_number: { mask: 4 } }',
  );
  await one.apply(strict);
  for (const prune of [false, true]) {
    assert.deepEqual(await one.apply(ACME, { prune }), ['Nothing to change.']);
  }
  assert.deepEqual(await privacy(), {
    ...OPEN_PRIVACY,
    modifyRemoteNumber: 'remove',
    modifyLocalNumber: { mask: 4 },
  });
});

test('a privacy setting that changes is shown from what to what', async () => {
  const one = connector();
  const having = (privacy: string) =>
    ACME.replace('default_country: FI', `default_country: FI\n    privacy: { ${privacy} }`);
  await one.apply(
    having('modify_remote_number: remove, modify_local_number: { mask: 4 }, remove_local_email: true'),
  );
  assert.deepEqual(await one.apply(having('modify_remote_number: { mask: 3 }, remove_device_type: true')), [
    '~ organisation acme (modify_local_number: mask 4 → keep, remove_local_email: true → false, modify_remote_number: remove → mask 3, remove_device_type: false → true)',
    'Done: 0 added, 1 changed, 0 removed.',
  ]);
});

test('a dry run says the same and writes nothing', async () => {
  const one = connector();
  const lines = await one.apply(ACME, { dryRun: true });
  assert.deepEqual(lines.slice(-2), [
    'A secret would be made for endpoint crm in acme and shown.',
    'Dry run: 5 to add, 0 to change, 0 to remove. Nothing was written.',
  ]);
  assert.doesNotMatch(lines.join(), /whsec_|hunter2/);
  assert.deepEqual(await one.directoryStore.read(), { sources: [], organisations: [] });
});

test('what is not in the file is left alone, until it is pruned', async () => {
  const one = connector();
  await one.apply(ACME);
  const without = ACME.replace(/ {4}endpoints:[^]*$/, '').replace(/ {4}users:[^]*?(?= {4}function)/, '');
  assert.deepEqual(await one.apply(without), [
    '  user anna in acme is not in the file, left alone (--prune removes it)',
    '  endpoint crm in acme is not in the file, left alone (--prune removes it)',
    'Nothing to change.',
  ]);
  assert.deepEqual(await one.apply(without, { prune: true }), [
    '- user anna in acme',
    '- endpoint crm in acme',
    'Done: 0 added, 0 changed, 2 removed.',
  ]);
  assert.deepEqual(await one.apply('organisations: []', { prune: true }), [
    '- organisation acme (its users: 0, its endpoints: 0)',
    'Done: 0 added, 0 changed, 1 removed.',
  ]);
  assert.equal((await one.directoryStore.read()).sources.length, 1, 'the file does not speak of sources');
});

test('two users who exchange phones are two changes', async () => {
  const one = connector();
  const text = (a: string, b: string) => `
sources: [{ id: pbx, kind: ami, host: h, username: u, secret: s }]
organisations:
  - id: acme
    name: Acme
    default_country: FI
    users:
      - { user_id: anna, devices: [{ source: pbx, address: PJSIP/${a} }] }
      - { user_id: bert, devices: [{ source: pbx, address: PJSIP/${b} }] }
`;
  await one.apply(text('A', 'B'));
  assert.deepEqual(await one.apply(text('B', 'A')), [
    '~ user anna in acme (devices)',
    '~ user bert in acme (devices)',
    'Done: 0 added, 2 changed, 0 removed.',
  ]);
  assert.deepEqual(await one.apply(text('B', 'A')), ['Nothing to change.']);
});

test('a phone that somebody outside the file keeps is not taken away silently', async () => {
  const one = connector();
  await one.apply(ACME);
  const before = await one.directoryStore.read();
  const other = ACME.replace('id: acme', 'id: beta');
  await assert.rejects(one.apply(other), (error) => {
    assert.ok(error instanceof CallhookError);
    assert.equal(error.code, 'DIRECTORY_FILE_INVALID');
    assert.match(
      error.message,
      /^acme\.yaml: user anna in beta has a device that belongs to user anna in acme, which is not in the file\nNothing was written\./,
    );
    return true;
  });
  assert.deepEqual(await one.directoryStore.read(), before);
});

test('a source that devices are on is not pruned', async () => {
  const one = connector();
  await one.apply(ACME);
  await assert.rejects(
    one.apply('sources: []', { prune: true }),
    /source pbx is not in the file and --prune would remove it/,
  );
});

test('a device may be on a source that only the database knows', async () => {
  const one = connector();
  await one.apply(ACME);
  const lines = await one.apply(
    ACME.replace(/sources:[^]*?(?=organisations)/, '').replace('1001 }', '1002 }'),
  );
  assert.deepEqual(lines, ['~ user anna in acme (devices)', 'Done: 0 added, 1 changed, 0 removed.']);
});

test('a file with a problem changes nothing', async () => {
  const one = connector();
  await assert.rejects(one.apply(ACME.replace('QUEUE', 'QUEU')), { code: 'DIRECTORY_FILE_INVALID' });
  assert.equal(await one.directoryStore.revision(), 0);
});

test('50,000 users are applied, counted, and found unchanged the second time', async () => {
  const one = connector();
  const users = Array.from({ length: 50_000 }, (_, index) => {
    const number = 10_000 + index;
    return `      - user_id: user.${index}@acme.example
        numbers: ["+35894${number}00"]
        extensions: [${number}]
        devices: [{ source: pbx, address: PJSIP/${number} }]
`;
  });
  const text = `sources: [{ id: pbx, kind: ami, host: h, username: u, secret: s }]
organisations:
  - id: acme
    name: Acme
    default_country: FI
    users:
${users.join('')}`;
  const lines = await one.apply(text);
  assert.equal(lines.length, 2 + 20 + 2);
  assert.deepEqual(lines.slice(-2), [
    '+ … and 49,980 more users',
    'Done: 50,002 added, 0 changed, 0 removed.',
  ]);
  assert.equal((await one.directoryStore.ownersOf('pbx', ['PJSIP/10000', 'PJSIP/59999'])).size, 2);
  assert.deepEqual(await one.apply(text), ['Nothing to change.']);

  const left = await one.apply('organisations: [{ id: acme, name: Acme, default_country: FI }]');
  assert.equal(left.length, 20 + 2);
  assert.deepEqual(left.slice(-2), [
    '  … and 49,980 more users not in the file, left alone (--prune removes them)',
    'Nothing to change.',
  ]);
});

test('what changes of what a receiver asks for is named, and never shown', async () => {
  const one = connector();
  await one.apply(ACME);
  const asking = (password: string) =>
    ACME.replace(
      'url: "https://crm.example/" }',
      `url: "https://crm.example/", payload: extended, filter: { directions: [INCOMING], users: [anna] },
          authentication: { kind: basic, username: me, password: ${password} }, headers: { X-Key: ${password} } }`,
    );
  const first = await one.apply(asking('hunter2'));
  assert.deepEqual(first, [
    '~ endpoint crm in acme (filter, payload, authentication, headers)',
    'Done: 0 added, 1 changed, 0 removed.',
  ]);
  assert.deepEqual(await one.apply(asking('hunter2')), ['Nothing to change.']);
  const second = await one.apply(asking('hunter3'));
  assert.equal(second[0], '~ endpoint crm in acme (authentication, headers)');
  assert.deepEqual(await one.apply(asking('hunter3')), ['Nothing to change.']);
  assert.equal(
    (await one.apply(ACME))[0],
    '~ endpoint crm in acme (filter, payload, authentication, headers)',
  );
});

test('a change to Ed25519 shows the public key only, and what was there signs on', async () => {
  const one = connector();
  await one.apply(ACME);
  const before = await secretOf(one);
  const ed25519 = ACME.replace('crm.example/" }', 'crm.example/", signing: ed25519 }');
  assert.match(
    (await one.apply(ed25519, { dryRun: true })).join('\n'),
    /A secret would be made for endpoint crm/,
  );
  const lines = await one.apply(ed25519);
  assert.equal(lines[0], '~ endpoint crm in acme (signing, secret)');
  assert.match(lines.join('\n'), /The public key of endpoint crm in acme;.*\n {4}whpk_\S{44}\n/);
  assert.doesNotMatch(lines.join('\n'), /whsk_/);
  const crm = await one.directoryStore.endpoint('acme', 'crm');
  assert.deepEqual(
    crm?.formerSecrets?.map(({ secret }) => secret),
    [before],
  );
  assert.deepEqual(await one.apply(ACME), ['Nothing to change.']);
});

test('what administrators may add is said by the file, told from what to what, and stays where the file is silent', async () => {
  const one = connector();
  const saying = (allowed: string) =>
    ACME.replace('    users:', `    allowed_devices: ${allowed}\n    users:`);
  await one.apply(ACME);
  assert.equal((await one.directoryStore.organisation('acme'))?.allowedDevices.length, 0);
  const some = saying('[{ source: pbx, devices: [PJSIP/acme-*, 1001] }]');
  assert.equal((await one.apply(some))[0], '~ organisation acme (allowed_devices: none → some)');
  assert.deepEqual((await one.directoryStore.organisation('acme'))?.allowedDevices, [
    { source: 'pbx', devices: ['PJSIP/acme-*', '1001'] },
  ]);
  assert.deepEqual(await one.apply(ACME, { prune: true }), ['Nothing to change.']);
  const other = saying('[{ source: pbx, devices: ["*"] }]');
  assert.equal((await one.apply(other))[0], '~ organisation acme (allowed_devices)');
  assert.equal((await one.apply(saying('all')))[0], '~ organisation acme (allowed_devices: some → all)');
  const known = '; known are pbx';
  for (const [wrong, problem] of [
    ['some', 'allowed_devices: must be all, or a list of { source, devices }'],
    ['[{ source: pxb, devices: ["*"] }]', `[0].source: is no known source${known}`],
    [
      '[{ source: pbx, devices: [a*b] }]',
      '[0].devices[0]: may have `*` at its beginning or at its end, once',
    ],
    ['[{ source: pbx, devices: [] }]', '[0].devices: names no device; leave the source out instead'],
    [
      '[{ source: pbx, devices: [a] }, { source: pbx, devices: [b] }]',
      '[1].source: this source is there twice, also in line 8',
    ],
  ] as const)
    await assert.rejects(one.apply(saying(wrong)), (error: Error) => error.message.includes(problem), wrong);
});
