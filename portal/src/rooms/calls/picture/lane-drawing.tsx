/** One leg of the picture, with the messages and attempts that hang on it. */
import { Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../../api/client.ts';
import { stopwatch } from '../../../ui/span.ts';
import { BAR_PX, MARK_PX, type Lane, type Mark, type Segment } from './layout.ts';
import { useMarkText } from './mark-text.ts';
import { patternOf } from './patterns.tsx';
import classes from './picture.module.css';

interface Props {
  lane: Lane;
  timeline: Schemas['Timeline'];
  patterns: string;
}

/** Of a letter, about. */
const LETTER_PX = 7;

export function LaneDrawing({ lane, timeline, patterns }: Props) {
  const { t, i18n } = useTranslation();
  const { barY, y, segments, end, user, rows } = lane;
  const hosts = new Map(timeline.endpoints.map(({ id, host }) => [id, host]));
  const reasonKey = `calls.reasons.${end?.reason}`;
  const reason = i18n.exists(reasonKey) ? t(reasonKey as 'calls.reasons.HANGUP') : '';
  const startX = segments[0]?.x ?? end?.x ?? 0;
  return (
    <g>
      <g aria-hidden>
        <text x={14} y={y + 14} className={classes.name}>
          {user ?? t('calls.somebody')}
          {reason !== '' && <tspan className={classes.faint}> · {reason}</tspan>}
        </text>
        {segments.map((segment) => (
          <Bar
            key={segment.kind + segment.x}
            segment={segment}
            y={barY}
            fill={patternOf(patterns, segment.kind)}
          />
        ))}
        {end !== undefined && (
          <line x1={end.x} x2={end.x} y1={barY - 3} y2={barY + BAR_PX + 3} className={classes.end} />
        )}
      </g>
      {rows.map(({ endpoint, y: rowY, isNamed, marksY, marks }) => (
        <g key={endpoint}>
          <g aria-hidden>
            {marks.map((mark) => (
              <path
                key={markKey(mark)}
                d={`M${mark.hungAtX} ${barY + BAR_PX} V${marksY} H${mark.x}`}
                className={classes.string}
              />
            ))}
            {isNamed && (
              <text x={startX} y={rowY + 15} className={classes.onPaper}>
                {hosts.get(endpoint) ?? endpoint}
              </text>
            )}
          </g>
          {marks.map((mark) => (
            <MarkDrawing key={markKey(mark)} mark={mark} y={marksY} />
          ))}
        </g>
      ))}
    </g>
  );
}

const markKey = ({ messageId, number }: Mark) => `${messageId} ${number ?? ''}`;

function Bar({ segment, y, fill }: { segment: Segment; y: number; fill: string }) {
  const { t } = useTranslation();
  const { kind, x, widthPx, lastedMs, isOpen } = segment;
  const long = `${t(`calls.picture.kinds.${kind}`)} ${stopwatch(lastedMs)}`;
  const words = [long, stopwatch(lastedMs)].find((text) => text.length * LETTER_PX + 8 < widthPx);
  return (
    <>
      <rect
        x={x}
        y={y}
        width={widthPx}
        height={BAR_PX}
        rx={3}
        fill={fill}
        className={classes.bar}
        data-kind={kind}
        data-open={isOpen}
      />
      {words !== undefined && (
        <text x={x + 8} y={y + BAR_PX / 2 + 4} className={classes.onBar}>
          {words}
        </text>
      )}
    </>
  );
}

const SHAPES: Record<Mark['outcome'], string> = {
  delivered: 'M-4.5 0.5 L-1.5 3.5 L4.5 -3',
  failed: 'M-3.5 -3.5 L3.5 3.5 M3.5 -3.5 L-3.5 3.5',
  waiting: 'M0 -4.5 V0 L3.5 2',
  expired: 'M-3.5 -4.5 H3.5 L-3.5 4.5 H3.5 Z',
  dead: 'M-4 0 H4',
};

/** Leads to its message further down. */
function MarkDrawing({ mark, y }: { mark: Mark; y: number }) {
  const text = useMarkText()(mark);
  return (
    <Tooltip label={text} events={{ hover: true, focus: true, touch: true }}>
      <a href={`#${mark.messageId}`} aria-label={text} className={classes.mark} data-outcome={mark.outcome}>
        <circle cx={mark.x} cy={y} r={MARK_PX / 2} className={classes.touch} />
        <circle cx={mark.x} cy={y} r={9} className={classes.disc} />
        <path d={SHAPES[mark.outcome]} transform={`translate(${mark.x} ${y})`} className={classes.shape} />
      </a>
    </Tooltip>
  );
}
