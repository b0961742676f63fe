import assert from 'node:assert/strict';
import test from 'node:test';
import { describeFault } from '../../src/runtime/logger.ts';

test('of a fault the log has what and where, and nothing that others hung on it', () => {
  const error = Object.assign(new TypeError('a fault'), {
    code: '23505',
    detail: 'Key (leg)=(+358409401234) already exists.',
    where: 'COPY open_leg, line 1: "+358409401234"',
  });
  const told = JSON.stringify(describeFault(error));
  assert.match(told, /"type":"TypeError","message":"a fault","code":"23505","stack":"TypeError/);
  assert.ok(!told.includes('358409401234'), told);
  assert.deepEqual(describeFault('+358409401234'), { type: 'string' });
});
