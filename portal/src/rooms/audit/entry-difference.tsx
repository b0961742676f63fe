/** What a change changed, in words: what stood there before is crossed out. */
import { Anchor, Stack, Text, VisuallyHidden } from '@mantine/core';
import type { i18n as I18n } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { differenceOf, type Difference } from './difference.ts';
import type { Entry } from './entries.ts';

const SHOWN_AT_FIRST = 4;

export function EntryDifference({ entry }: { entry: Entry }) {
  const { t } = useTranslation();
  const [isWhole, setWhole] = useState(false);
  // Its own name stands above.
  const fields = differenceOf(entry).filter(({ after }) => after !== entry.id);
  const shown = isWhole ? fields : fields.slice(0, SHOWN_AT_FIRST);
  return (
    <Stack gap={2} align="flex-start">
      {shown.map((difference) => (
        <Line key={difference.field} difference={difference} />
      ))}
      {fields.length > SHOWN_AT_FIRST && (
        <Anchor component="button" type="button" size="sm" onClick={() => setWhole(!isWhole)}>
          {t(isWhole ? 'audit.showLess' : 'audit.showAll')}
        </Anchor>
      )}
    </Stack>
  );
}

function Line({ difference }: { difference: Difference }) {
  const { t, i18n } = useTranslation();
  return (
    <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
      <Text span size="sm" c="dimmed">
        {fieldWords(i18n, difference.field)}:{' '}
      </Text>
      {'before' in difference && (
        <>
          <VisuallyHidden>{t('audit.before')}: </VisuallyHidden>
          <del>{valueWords(i18n, difference.before)}</del>
        </>
      )}
      {'before' in difference && 'after' in difference && ' → '}
      {'after' in difference && valueWords(i18n, difference.after)}
    </Text>
  );
}

function fieldWords(i18n: I18n, field: string): string {
  const last = field.slice(field.lastIndexOf('.') + 1);
  if (!i18n.exists(`audit.fields.${last}`)) return field.replaceAll('_', ' ');
  return i18n.t(`audit.fields.${last as 'name'}`);
}

function valueWords(i18n: I18n, value: unknown): string {
  if (value === true) return i18n.t('audit.yes');
  if (value === false) return i18n.t('audit.no');
  if (value === null || value === undefined || value === '') return i18n.t('audit.nowhere');
  if (!Array.isArray(value)) return partWords(value);
  if (value.length === 0) return i18n.t('audit.nowhere');
  return value.map(partWords).join(', ');
}

function partWords(part: unknown): string {
  if (typeof part === 'object' && part !== null) return Object.values(part).map(partWords).join(' ');
  return typeof part === 'string' ? part : JSON.stringify(part);
}
