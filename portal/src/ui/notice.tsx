/** The one thing that a page says first: how it is, in words, with a sign and a colour. */
import { Group, Paper, Stack, Title } from '@mantine/core';
import { IconCircleCheck, IconCircleDashed, IconCircleX, IconClockHour4 } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './notice.module.css';
import type { Tone } from './tone.ts';

const SIGNS = {
  good: IconCircleCheck,
  busy: IconClockHour4,
  bad: IconCircleX,
  quiet: IconCircleDashed,
} as const satisfies Record<Tone, unknown>;

interface Props {
  tone: Tone;
  title: string;
  children?: ReactNode;
}

export function Notice({ tone, title, children }: Props) {
  const Picture = SIGNS[tone];
  return (
    <Paper
      withBorder
      p={{ base: 'md', sm: 'lg' }}
      className={classes.notice}
      data-tone={tone}
      component="section"
    >
      <Group align="flex-start" wrap="nowrap" gap="md">
        <Picture size={30} stroke={1.8} className={classes.picture} aria-hidden />
        <Stack gap="xs" align="flex-start">
          <Title order={2} size="h4">
            {title}
          </Title>
          {children}
        </Stack>
      </Group>
    </Paper>
  );
}
