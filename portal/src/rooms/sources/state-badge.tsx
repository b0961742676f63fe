import { Badge } from '@mantine/core';
import { IconCheck, IconLoader, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

const LOOKS = {
  connected: { color: 'teal.9', icon: IconCheck },
  connecting: { color: 'yellow.9', icon: IconLoader },
  down: { color: 'red.9', icon: IconX },
} as const;

export function StateBadge({ status }: { status: keyof typeof LOOKS }) {
  const { t } = useTranslation();
  const { color, icon: Sign } = LOOKS[status];
  return (
    <Badge color={color} variant="filled" leftSection={<Sign size={12} aria-hidden />} tt="none">
      {t(`sources.states.${status}`)}
    </Badge>
  );
}
