/** The time above the lanes, and where it is drawn shorter than it was. */
import { useTranslation } from 'react-i18next';
import { spanText } from '../../../ui/span.ts';
import type { Picture } from './layout.ts';
import classes from './picture.module.css';

type Props = Pick<Picture, 'ticks' | 'breaks' | 'heightPx'>;

export function Ruler({ ticks, breaks, heightPx }: Props) {
  const { i18n } = useTranslation();
  const clock = new Intl.DateTimeFormat(i18n.language, { timeStyle: 'medium' });
  const room = (x: number) => ticks.every((tick) => x < tick.x - 30 || x > tick.x + 90);
  return (
    <g aria-hidden>
      {ticks.map(({ x, atMs }) => (
        <g key={atMs}>
          <line x1={x} x2={x} y1={18} y2={heightPx} className={classes.tick} />
          <text x={x} y={12} textAnchor={x < 40 ? 'start' : 'middle'} className={classes.words}>
            {clock.format(atMs)}
          </text>
        </g>
      ))}
      {breaks.map(({ x, lastedMs }) => (
        <g key={x}>
          <path d={`M${x - 5} 28 l4 -8 m2 8 l4 -8`} className={classes.break} />
          {room(x) && (
            <text x={x} y={12} textAnchor="middle" className={classes.faint}>
              {spanText(lastedMs, i18n.language)}
            </text>
          )}
        </g>
      ))}
    </g>
  );
}
