/** The course of a call, drawn; the same as a table for those who do not see it. */
import { Group, ScrollArea, Text } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../../api/client.ts';
import { useNow } from '../use-now.ts';
import { CallTable } from './call-table.tsx';
import { LaneDrawing } from './lane-drawing.tsx';
import { layOut, type SegmentKind } from './layout.ts';
import { Patterns, patternOf } from './patterns.tsx';
import { Ruler } from './ruler.tsx';
import classes from './picture.module.css';

/** Before it is known, and at least. */
const LEAST_PX = 280;

export function CallPicture({ timeline }: { timeline: Schemas['Timeline'] }) {
  const { t } = useTranslation();
  const { ref, width } = useElementSize();
  const name = useId();
  const goesOn =
    timeline.messages.some(({ outcome }) => outcome === 'pending') ||
    timeline.findings.some((finding) => finding.code === 'leg' && finding.ended_at === undefined);
  const nowMs = useNow(goesOn);
  if (timeline.steps.length === 0) return <Text>{t('calls.picture.nothing')}</Text>;
  const picture = layOut(timeline, nowMs, Math.max(LEAST_PX, width));
  const { widthPx, heightPx, lanes, ticks, breaks } = picture;
  const kinds = new Set(lanes.flatMap(({ segments }) => segments.map(({ kind }) => kind)));
  return (
    <div>
      <div ref={ref} />
      <ScrollArea
        type="auto"
        viewportProps={{ tabIndex: 0, role: 'group', 'aria-label': t('calls.picture.title') }}
      >
        <svg width={widthPx} height={heightPx} className={classes.picture}>
          <Patterns name={name} />
          <Ruler ticks={ticks} breaks={breaks} widthPx={widthPx} heightPx={heightPx} />
          {lanes.map((lane) => (
            <LaneDrawing key={lane.branchId} lane={lane} timeline={timeline} patterns={name} />
          ))}
        </svg>
      </ScrollArea>
      <Group gap="md" mt="xs" mb="xs" aria-hidden>
        {[...kinds].map((kind: SegmentKind) => (
          <Group key={kind} gap={6}>
            <svg width={28} height={14}>
              <rect
                x={1}
                y={1}
                width={26}
                height={12}
                rx={3}
                fill={patternOf(name, kind)}
                className={classes.bar}
                data-kind={kind}
              />
            </svg>
            <Text size="xs">{t(`calls.picture.kinds.${kind}`)}</Text>
          </Group>
        ))}
      </Group>
      <CallTable timeline={timeline} />
    </div>
  );
}
