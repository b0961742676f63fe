/** Function numbers of an organisation: no end user sits there, their legs are never reported. */
import { z } from 'zod';
import { functionNumberOf } from '../../config/directory-file/things.ts';
import { functionNumberWords } from '../../policy/directory-words.ts';
import type { FunctionNumber, Organisation } from '../../policy/organisation.ts';
import { normaliseNumber } from '../../policy/phone-number.ts';
import { changeDirectory, checkInTree, planned } from '../change-directory.ts';
import type { ApiContext } from '../context.ts';
import { checkMatch, etagOf } from '../etag.ts';
import { page, pageQuery, textPage } from '../pages.ts';
import { notThere } from '../problem.ts';
import { route, type Route } from '../route.ts';
import { inOrganisation } from '../shapes.ts';
import { organisationOf } from '../users/routes.ts';
import { functionNumber, functionNumberBody, functionNumberPage, ofFunctionNumber } from './schemas.ts';

const TAG = 'Function numbers';
const ALL = '/api/v1/organisations/{organisation}/function-numbers';
const ONE = `${ALL}/{number}`;

export function functionNumberRoutes(context: ApiContext): Route[] {
  const { directory } = context.store;
  const around = async (found: Organisation, number: string) => {
    const before = await directory.around(found.id, { numbers: [number] });
    const current = before.organisations[0]?.functionNumbers[0];
    return { before, current };
  };
  const listed = route({
    operation: 'listFunctionNumbers',
    method: 'GET',
    path: ALL,
    tag: TAG,
    summary: 'List function numbers',
    need: { who: 'organisation' },
    params: inOrganisation,
    query: z.object(pageQuery),
    answer: { status: 200, schema: functionNumberPage, says: 'A page of function numbers, by number' },
    async handle({ params, query }) {
      const found = await directory.functionNumbers(params.organisation, textPage(query));
      if (found.length === 0) await organisationOf(context, params.organisation);
      return page(query, found, ({ number }) => number, functionNumberWords);
    },
  });
  const put = route({
    operation: 'putFunctionNumber',
    method: 'PUT',
    path: ONE,
    tag: TAG,
    summary: 'Make or change a function number',
    need: { who: 'administrator' },
    conditional: true,
    params: ofFunctionNumber,
    body: functionNumberBody,
    answer: { status: 200, also: [201], schema: functionNumber, says: 'The function number as it is now' },
    handle: ({ params, body, by, ifMatch }) =>
      changeDirectory(context, by, async () => {
        const found = await organisationOf(context, params.organisation);
        const given = { number: params.number, kind: body.kind };
        const tree = { default_country: found.defaultCountry, function_numbers: [given] };
        checkInTree({ organisations: [tree] }, ['organisations', 0, 'function_numbers', 0], []);
        const after = functionNumberOf(given, found.defaultCountry);
        const { before, current } = await around(found, after.number);
        checkMatch(ifMatch, current && functionNumberWords(current), 'needed');
        const entry = { ...found, users: [], functionNumbers: [after], endpoints: [] };
        return {
          before,
          changes: planned(before, { sources: [], organisations: [entry] }, found.id),
          result: answerOf(after, current === undefined ? 201 : 200),
        };
      }),
  });
  const removed = route({
    operation: 'removeFunctionNumber',
    method: 'DELETE',
    path: ONE,
    tag: TAG,
    summary: 'Remove a function number',
    need: { who: 'administrator' },
    conditional: true,
    params: ofFunctionNumber,
    answer: { status: 204, says: 'It is gone' },
    handle: ({ params, by, ifMatch }) =>
      changeDirectory(context, by, async () => {
        const found = await organisationOf(context, params.organisation);
        const number = normaliseNumber(params.number, found.defaultCountry) ?? params.number;
        const { before, current } = await around(found, number);
        if (current === undefined) throw notThere('function number');
        checkMatch(ifMatch, functionNumberWords(current), 'optional');
        const organisationId = found.id;
        return { before, changes: [{ do: 'remove-function-number', organisationId, number }], result: {} };
      }),
  });
  const shown = route({
    operation: 'getFunctionNumber',
    method: 'GET',
    path: ONE,
    tag: TAG,
    summary: 'Show a function number',
    need: { who: 'organisation' },
    conditional: true,
    params: ofFunctionNumber,
    answer: { status: 200, schema: functionNumber, says: 'The function number' },
    async handle({ params }) {
      const found = await organisationOf(context, params.organisation);
      const number = normaliseNumber(params.number, found.defaultCountry) ?? params.number;
      const { current } = await around(found, number);
      if (current === undefined) throw notThere('function number');
      return answerOf(current, 200);
    },
  });
  return [listed, shown, put, removed];
}

function answerOf(found: FunctionNumber, status: number) {
  const body = functionNumberWords(found);
  return { body, etag: etagOf(body), status };
}
