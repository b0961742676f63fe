/** What a change changed, in words: what stood there before is crossed out. */
import { Spoiler, Stack, Text, VisuallyHidden } from '@mantine/core';
import type { i18n as I18n } from 'i18next';
import { useTranslation } from 'react-i18next';
import { differenceOf } from './difference.ts';
import type { Entry } from './entries.ts';

export function EntryDifference({ entry }: { entry: Entry }) {
  const { t, i18n } = useTranslation();
  const fields = differenceOf(entry);
  if (fields.length === 0) return null;
  return (
    <Spoiler maxHeight={96} showLabel={t('audit.showAll')} hideLabel={t('audit.showLess')}>
      <Stack gap={2}>
        {fields.map((difference) => (
          <Text key={difference.field} size="sm" style={{ overflowWrap: 'anywhere' }}>
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
        ))}
      </Stack>
    </Spoiler>
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
