/** A message of an example call before and after the settings; each line that differs says so, in a word and a sign. */
import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/client.ts';
import { Problem } from '../../ui/problem.tsx';
import { comparedLines, type Line } from './compare.ts';
import type { Privacy } from './privacy.ts';
import classes from './preview.module.css';

const PATH = '/api/v1/organisations/{organisation}/privacy/preview';
const TYPING_MS = 200;

export function Preview({ organisation, settings }: { organisation: string; settings: Privacy }) {
  const { t } = useTranslation();
  const [body] = useDebouncedValue(settings, TYPING_MS);
  const shown = queries.useQuery(
    'post',
    PATH,
    { params: { path: { organisation } }, body },
    { placeholderData: keepPreviousData },
  );
  const [before, after] = [shown.data?.before[0], shown.data?.after[0]];
  const lines = before && after && comparedLines(before, after);
  return (
    <Stack component="section" aria-labelledby="preview" className={classes.preview}>
      <div>
        <Title order={2} size="h4" id="preview">
          {t('privacy.preview')}
        </Title>
        <Text c="dimmed" size="sm">
          {t(settings.applies_to === 'OUTGOING' ? 'privacy.previewOutgoing' : 'privacy.previewAbout')}
        </Text>
      </div>
      <Problem problem={shown.error} />
      {lines && (
        <div aria-live="polite" aria-atomic="false">
          <Text size="sm" mb="xs" fw={600}>
            {t('privacy.changes', { count: lines.filter(({ change }) => change !== 'same').length })}
          </Text>
          <Stack>
            <Body title={t('privacy.before')} lines={lines} side="before" />
            <Body title={t('privacy.after')} lines={lines} side="after" />
          </Stack>
        </div>
      )}
    </Stack>
  );
}

function Body({ title, lines, side }: { title: string; lines: readonly Line[]; side: 'before' | 'after' }) {
  const { t } = useTranslation();
  const hasNext = (at: number) =>
    lines.slice(at + 1).some(({ change }) => side === 'before' || change !== 'removed');
  return (
    <div>
      <Title order={3} size="h6" mb={4}>
        {title}
      </Title>
      <Paper withBorder p="sm" className={classes.body} role="group" tabIndex={0} aria-label={title}>
        <div>{'{'}</div>
        {lines.map(({ name, change, ...values }, at) => (
          <Group
            key={name}
            className={classes.line}
            data-change={change}
            gap="xs"
            wrap="nowrap"
            align="flex-start"
          >
            <span className={classes.text}>
              {side === 'after' && change === 'removed' ? (
                <del>{JSON.stringify(name)}</del>
              ) : (
                `${JSON.stringify(name)}: ${JSON.stringify(values[side])}${hasNext(at) ? ',' : ''}`
              )}
            </span>
            {side === 'after' && change !== 'same' && (
              <span className={classes.word}>{t(`privacy.change.${change}`)}</span>
            )}
          </Group>
        ))}
        <div>{'}'}</div>
      </Paper>
    </div>
  );
}
