/** The time above the lanes, and where it is drawn shorter than it was. */
import { useTranslation } from 'react-i18next';
import { spanText } from '../../../ui/span.ts';
import { CLOCK } from './mark-text.ts';
import type { Picture } from './layout.ts';
import classes from './picture.module.css';

type Props = Pick<Picture, 'ticks' | 'breaks' | 'widthPx' | 'heightPx'>;

/** Of the words at a tick. */
const WORDS_PX = 60;

export function Ruler({ ticks, breaks, widthPx, heightPx }: Props) {
  const { i18n } = useTranslation();
  const clock = new Intl.DateTimeFormat(i18n.language, CLOCK);
  const room = (x: number) => ticks.every((tick) => x < tick.x - 20 || x > tick.x + WORDS_PX + 25);
  return (
    <g aria-hidden>
      {ticks.map(({ x, atMs }) => (
        <g key={atMs}>
          <line x1={x} x2={x} y1={18} y2={heightPx} className={classes.tick} />
          <text x={x} y={12} textAnchor={x + WORDS_PX < widthPx ? 'start' : 'end'} className={classes.words}>
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
