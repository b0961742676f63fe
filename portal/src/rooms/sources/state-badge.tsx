import { Badge } from '@mantine/core';
import { IconCheck, IconLoader, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client.ts';

const LOOKS = {
  connected: { color: 'teal.9', icon: IconCheck },
  connecting: { color: 'yellow.9', icon: IconLoader },
  down: { color: 'red.9', icon: IconX },
} as const;

export function StateBadge({ state }: { state: Schemas['SourceState'] }) {
  const { t } = useTranslation();
  if (state.since === null) {
    return (
      <Badge color="gray" variant="outline" tt="none" miw="max-content">
        {t('sources.unknown')}
      </Badge>
    );
  }
  const { status } = state;
  const { color, icon: Sign } = LOOKS[status];
  return (
    <Badge
      color={color}
      variant="filled"
      leftSection={<Sign size={12} aria-hidden />}
      tt="none"
      miw="max-content"
    >
      {t(`sources.states.${status}`)}
    </Badge>
  );
}
