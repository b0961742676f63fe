/** What is wrong in one field: in the reader's language where the error has a code, else in the API's own words. */
import { useTranslation } from 'react-i18next';
import type { FieldError } from '../api/problem.ts';

export function useFieldErrorWords(): (error: FieldError) => string {
  const { t, i18n } = useTranslation();
  return ({ code, message }) => {
    const key = `problems.${code}`;
    return code !== undefined && i18n.exists(key) ? t(key as 'problems.UNKNOWN') : message;
  };
}
