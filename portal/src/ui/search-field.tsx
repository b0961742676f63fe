/** Looks for what is typed as soon as the typing rests. */
import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';

const REST_MS = 250;

interface Props {
  label: string;
  /** What is looked for; of the address. */
  sought: string | undefined;
  seek: (text: string | undefined) => void;
}

export function SearchField({ label, sought = '', seek }: Props) {
  const [typed, setTyped] = useState(sought);
  const [known, setKnown] = useState(sought);
  // The address was changed by somebody else: the way back, a link.
  if (known !== sought) {
    setKnown(sought);
    if (typed.trim() !== sought) setTyped(sought);
  }
  const seekSoon = useDebouncedCallback((text: string) => seek(text.trim() || undefined), REST_MS);
  return (
    <TextInput
      type="search"
      maw={420}
      aria-label={label}
      placeholder={label}
      leftSection={<IconSearch size={16} aria-hidden />}
      value={typed}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value);
        seekSoon(currentTarget.value);
      }}
    />
  );
}
