/** A filter that is typed: it holds as soon as the typing rests. */
import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';

interface Props {
  label: string;
  hint: string;
  value: string | undefined;
  set: (value: string | undefined) => void;
}

const REST_MS = 400;

export function TypedFilter({ label, hint, value = '', set }: Props) {
  const [typed, setTyped] = useState(value);
  const [held, setHeld] = useState(value);
  // Somebody has changed it elsewhere: gone back, or taken all filters away.
  if (held !== value) {
    setHeld(value);
    setTyped(value);
  }
  const later = useDebouncedCallback((text: string) => {
    setHeld(text);
    set(text === '' ? undefined : text);
  }, REST_MS);
  return (
    <TextInput
      type="search"
      label={label}
      placeholder={hint}
      leftSection={<IconSearch size={16} aria-hidden />}
      value={typed}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value);
        later(currentTarget.value.trim());
      }}
    />
  );
}
