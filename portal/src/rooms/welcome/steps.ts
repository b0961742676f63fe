/** The first steps, and which of them are done: told from what is there, not from what somebody clicked. Pure. */
export const STEPS = ['source', 'organisation', 'users', 'address', 'test', 'done'] as const;
export type Step = (typeof STEPS)[number];

export interface State {
  hasSource: boolean;
  /** Its id, of the first one. */
  organisation: string | undefined;
  hasUsers: boolean;
  hasEndpoint: boolean;
  /** What somebody left for later, and the test event, of which nothing stays. */
  passed: readonly Step[];
}

export function isDone(step: Step, state: State): boolean {
  switch (step) {
    case 'source':
      return state.hasSource;
    case 'organisation':
      return state.organisation !== undefined;
    case 'users':
      return state.hasUsers;
    case 'address':
      return state.hasEndpoint;
    case 'test':
      return state.hasEndpoint && state.passed.includes('test');
    case 'done':
      return false;
  }
}

/** The first step from there on that is neither done nor left for later. */
export function openStep(state: State, from: Step = 'source'): Step {
  const rest = STEPS.slice(STEPS.indexOf(from));
  return rest.find((step) => !isDone(step, state) && !state.passed.includes(step)) ?? 'done';
}

export function stepAfter(step: Step): Step {
  return STEPS[STEPS.indexOf(step) + 1] ?? 'done';
}
