/** Day and time by the browser's own field, in the reader's zone. */
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { fromLocalInput, toLocalInput } from './days.ts';

interface Props {
  label: string;
  /** RFC 3339. */
  value: string | undefined;
  set: (value: string | undefined) => void;
  disabled?: boolean;
}

export function TimeField({ label, value, set, disabled }: Props) {
  const [typed, setTyped] = useState(() => toLocalInput(value));
  const [held, setHeld] = useState(value);
  // Somebody has changed it elsewhere: gone back, or taken all filters away.
  if (held !== value) {
    setHeld(value);
    setTyped(toLocalInput(value));
  }
  return (
    <TextInput
      type="datetime-local"
      label={label}
      value={typed}
      disabled={disabled}
      onChange={({ currentTarget }) => {
        const time = fromLocalInput(currentTarget.value);
        setTyped(currentTarget.value);
        setHeld(time);
        set(time);
      }}
    />
  );
}
