/** Bars over time as plain SVG, as wide as the window; what they say stands in the table below them too. */
import { Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { durationWords } from '../../ui/duration.ts';
import classes from './chart.module.css';
import type { Figures } from './figures.ts';
import type { Span } from './search.ts';

interface Props {
  steps: readonly Figures[];
  span: Span;
}

interface Bar {
  at: string;
  /** From the bottom up. */
  parts: readonly { kind: Kind; value: number }[];
  says: string;
}

type Kind = 'good' | 'bad' | 'usual' | 'slow';

const HEIGHT = 90;
const STEP_WIDTH = 10;
const GAP = 2;

export function AttemptsChart({ steps, span }: Props) {
  const { t } = useTranslation();
  const bars = steps.map(({ at, delivered, failed }) => ({
    at,
    parts: [
      { kind: 'good' as const, value: delivered },
      { kind: 'bad' as const, value: failed },
    ],
    says: t('endpoints.figures.barAttempts', { delivered, failed }),
  }));
  return (
    <Bars
      bars={bars}
      span={span}
      title={t('endpoints.figures.attempts')}
      keys={['good', 'bad']}
      top={(most) => String(most)}
    />
  );
}

export function LatencyChart({ steps, span }: Props) {
  const { t, i18n } = useTranslation();
  const words = (ms: number) => durationWords(i18n.language, ms);
  const bars = steps.map(({ at, latency_ms: latency }) => ({
    at,
    parts: latency
      ? [
          { kind: 'usual' as const, value: latency.p50 },
          { kind: 'slow' as const, value: latency.p95 - latency.p50 },
        ]
      : [],
    says: latency
      ? t('endpoints.figures.barLatency', { p50: words(latency.p50), p95: words(latency.p95) })
      : '',
  }));
  return (
    <Bars
      bars={bars}
      span={span}
      title={t('endpoints.figures.latencies')}
      keys={['usual', 'slow']}
      top={words}
    />
  );
}

interface BarsProps {
  bars: readonly Bar[];
  span: Span;
  title: string;
  keys: readonly Kind[];
  top: (most: number) => string;
}

function Bars({ bars, span, title, keys, top }: BarsProps) {
  const { t, i18n } = useTranslation();
  const most = Math.max(1, ...bars.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0)));
  const format = new Intl.DateTimeFormat(
    i18n.language,
    span === 'day' ? { hour: '2-digit', minute: '2-digit' } : { day: 'numeric', month: 'numeric' },
  );
  const time = (at: string) => format.format(new Date(at));
  const width = bars.length * STEP_WIDTH;
  return (
    <figure className={classes.figure}>
      <Group component="figcaption" justify="space-between" mb={4}>
        <Text size="sm" fw={600}>
          {title}
        </Text>
        <Group gap="md">
          {keys.map((kind) => (
            <Group key={kind} gap={6} wrap="nowrap">
              <span className={classes.key} data-kind={kind} />
              <Text size="xs">{t(`endpoints.figures.kinds.${kind}`)}</Text>
            </Group>
          ))}
        </Group>
      </Group>
      <Text size="xs" c="dimmed">
        {top(most)}
      </Text>
      <svg
        className={classes.chart}
        viewBox={`0 0 ${width} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t('endpoints.figures.picture', { title })}
      >
        {bars.map(({ at, parts, says }, index) => (
          <g key={at} transform={`translate(${index * STEP_WIDTH + GAP / 2} 0)`}>
            {says !== '' && <title>{`${time(at)}: ${says}`}</title>}
            {stacked(parts, most).map(({ kind, y, height }) => (
              <rect
                key={kind}
                className={classes.bar}
                data-kind={kind}
                width={STEP_WIDTH - GAP}
                y={y}
                height={height}
              />
            ))}
          </g>
        ))}
      </svg>
      <Group justify="space-between">
        {[bars[0], bars[Math.floor(bars.length / 2)], bars.at(-1)].map((bar) => (
          <Text key={bar!.at} size="xs" c="dimmed">
            {time(bar!.at)}
          </Text>
        ))}
      </Group>
    </figure>
  );
}

function stacked(parts: Bar['parts'], most: number) {
  let below = 0;
  return parts
    .filter(({ value }) => value > 0)
    .map(({ kind, value }) => {
      const height = (value / most) * HEIGHT;
      below += height;
      return { kind, y: HEIGHT - below, height };
    });
}
