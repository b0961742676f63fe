import { useTranslation } from 'react-i18next';
import { COLUMNS, type ColumnName } from './user-columns.ts';

/** What the columns are called in the reader's language; an import knows them all. */
export function useColumnTitles(): Record<ColumnName, string> {
  const { t } = useTranslation();
  const titles = COLUMNS.map((name) => [name, t(`users.columns.${name}`)]);
  return Object.fromEntries(titles) as Record<ColumnName, string>;
}
