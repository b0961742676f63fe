/** A state in words with a sign and a colour: the words alone are enough. */
import { Group, Text } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './sign.module.css';
import type { Tone } from './tone.ts';

interface Props {
  icon: Icon;
  tone: Tone;
  children: ReactNode;
}

export function Sign({ icon: Picture, tone, children }: Props) {
  return (
    <Group gap={6} wrap="nowrap" component="span">
      <Picture size={18} stroke={2} aria-hidden className={classes.picture} data-tone={tone} />
      <Text span size="sm">
        {children}
      </Text>
    </Group>
  );
}
