/** Why something was not saved. If somebody else changed it meanwhile, it can be read again here. */
import { Problem } from './problem.tsx';
import { ApiProblem } from '../api/problem.ts';

interface Props {
  problem: unknown;
  reload: () => void;
}

export function SaveProblem({ problem, reload }: Props) {
  const isOld = problem instanceof ApiProblem && problem.code === 'CHANGED_MEANWHILE';
  return <Problem problem={problem} {...(isOld && { retry: reload })} />;
}
