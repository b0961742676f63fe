/** A step that was done before it was opened shows the way to what is there, not its form again. */
import { Group } from '@mantine/core';
import { useState, type ReactNode } from 'react';

interface Props {
  isThere: boolean;
  way: ReactNode;
  children: ReactNode;
}

export function ThereAlready({ isThere, way, children }: Props) {
  // What is made in the form itself must not take the form away: it may show a secret.
  const [wasThere] = useState(isThere);
  return wasThere ? <Group>{way}</Group> : children;
}
