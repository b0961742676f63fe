/** Says whether what is shown keeps itself up to date. */
import { Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { LiveState } from '../api/live.ts';
import classes from './live-sign.module.css';

export function LiveSign({ state }: { state: LiveState }) {
  const { t } = useTranslation();
  return (
    <Group gap={6} wrap="nowrap" role="status">
      <span className={classes.dot} data-state={state} aria-hidden />
      <Text size="sm" c="dimmed">
        {t(`ui.live.${state}`)}
      </Text>
    </Group>
  );
}
