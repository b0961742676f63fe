/** What bars are filled with: told apart without colours, too. */
import type { SegmentKind } from './layout.ts';
import classes from './picture.module.css';

export function Patterns({ name }: { name: string }) {
  return (
    <defs>
      <pattern id={idOf(name, 'calling')} width={8} height={8} patternUnits="userSpaceOnUse">
        <rect width={8} height={8} className={classes.ground} data-kind="calling" />
        <circle cx={4} cy={4} r={1.2} className={classes.grain} data-kind="calling" />
      </pattern>
      <pattern
        id={idOf(name, 'ringing')}
        width={8}
        height={8}
        patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)"
      >
        <rect width={8} height={8} className={classes.ground} data-kind="ringing" />
        <rect width={3} height={8} className={classes.grain} data-kind="ringing" />
      </pattern>
      <pattern id={idOf(name, 'talking')} width={8} height={8} patternUnits="userSpaceOnUse">
        <rect width={8} height={8} className={classes.ground} data-kind="talking" />
      </pattern>
    </defs>
  );
}

export function patternOf(name: string, kind: SegmentKind): string {
  return `url(#${idOf(name, kind)})`;
}

function idOf(name: string, kind: SegmentKind): string {
  return `${name}-${kind}`;
}
