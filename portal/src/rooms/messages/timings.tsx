/** Where the time of a try went, as figures and as a bar. */
import { ColorSwatch, Group, Progress, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { durationWords } from '../../ui/duration.ts';
import type { Attempt } from './messages.ts';

const STAGES = [
  ['dns', 'grape.6'],
  ['connect', 'blue.6'],
  ['tls', 'teal.6'],
  ['wait', 'orange.6'],
  ['read', 'gray.6'],
] as const;

export function Timings({ timings }: { timings: NonNullable<Attempt['timings']> }) {
  const { t, i18n } = useTranslation();
  const stages = STAGES.flatMap(([stage, color]) => {
    const ms = timings[stage];
    return ms === undefined ? [] : [{ stage, color, ms }];
  });
  const all = Math.max(
    1,
    stages.reduce((sum, { ms }) => sum + ms, 0),
  );
  return (
    <Stack gap={6}>
      <Text size="sm" c="dimmed">
        {t('messages.attempt.timings')}
      </Text>
      <Progress.Root size="lg" aria-hidden>
        {stages.map(({ stage, color, ms }) => (
          <Progress.Section key={stage} value={(ms / all) * 100} color={color} withAria={false} />
        ))}
      </Progress.Root>
      <Group component="ul" gap="md" m={0} p={0}>
        {stages.map(({ stage, color, ms }) => (
          <Group component="li" key={stage} gap={6} wrap="nowrap">
            <ColorSwatch color={`var(--mantine-color-${color.replace('.', '-')})`} size={12} aria-hidden />
            <Text size="sm">
              {t(`messages.attempt.stages.${stage}`)} {durationWords(i18n.language, ms)}
            </Text>
          </Group>
        ))}
      </Group>
    </Stack>
  );
}
